import { loadavg } from 'node:os';

/** A row of the table: its label and a value per column. */
interface Row {
  readonly what: string;
  readonly said: readonly string[];
}

interface Group {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: Row[];
  readonly loadBefore: number;
}

/** Collects measurements and prints them as tables. */
export class Figures {
  readonly #groups: Group[] = [];

  group(title: string, ...columns: string[]): (what: string, ...said: string[]) => void {
    const rows: Row[] = [];
    this.#groups.push({ title, columns, rows, loadBefore: load() });
    return (what, ...said) => {
      rows.push({ what, said });
      console.info(`  ${[what, ...said].join(' · ')}  (load ${load()})`);
    };
  }

  toString(): string {
    return this.#groups
      .map(({ title, columns, rows, loadBefore }) => {
        const lines = [[title, ...columns], ...rows.map(({ what, said }) => [what, ...said])];
        const widths = [title, ...columns].map((_, column) =>
          Math.max(...lines.map((line) => (line[column] ?? '').length)),
        );
        const written = lines.map(
          (line) =>
            `| ${widths
              .map((width, column) => {
                const text = line[column] ?? '';
                return column === 0 ? text.padEnd(width) : text.padStart(width);
              })
              .join(' | ')} |`,
        );
        const rule = `|${widths
          .map((width, column) => '-'.repeat(width + 1) + (column === 0 ? '-' : ':'))
          .join('|')}|`;
        return [written[0], rule, ...written.slice(1), `Load average before: ${loadBefore}.`].join(
          '\n',
        );
      })
      .join('\n\n');
  }
}

/** The machine's load average of the last minute. */
function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = Math.ceil((share / 100) * sorted.length) - 1;
  return sorted[Math.min(Math.max(place, 0), sorted.length - 1)] ?? NaN;
}

/** Format the median with the minimum and the maximum. */
export function spread(rounds: readonly number[], digits = 1): string {
  const [middle, least, most] = [median(rounds), Math.min(...rounds), Math.max(...rounds)];
  const shown = (value: number) => value.toFixed(digits);
  return rounds.length < 2 ? shown(middle) : `${shown(middle)} (${shown(least)}–${shown(most)})`;
}

/** Slope of the least-squares line, per step. */
export function slope(values: readonly number[]): number {
  const [middle, mean] = [
    (values.length - 1) / 2,
    values.reduce((a, b) => a + b, 0) / values.length,
  ];
  let [up, across] = [0, 0];
  values.forEach((value, place) => {
    up += (place - middle) * (value - mean);
    across += (place - middle) ** 2;
  });
  return up / across;
}
