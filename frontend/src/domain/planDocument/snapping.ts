import type { Bounds } from '@/domain/geometry';

/** A line at which objects are aligned: `at` on one axis, `from` … `to` on the other. */
export interface Guide {
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Snap {
  readonly x: number;
  readonly y: number;
  readonly guides: readonly Guide[];
}

/** An edge or a middle of an object that stays. */
interface Line {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The lines to snap to, prepared once for each drag. */
export interface SnapLines {
  readonly x: readonly Line[];
  readonly y: readonly Line[];
}

export function snapLines(others: readonly Bounds[]): SnapLines {
  const byPlace = (a: Line, b: Line) => a.at - b.at;
  return {
    x: others.flatMap((box) => linesOf(box.x, box.width, box.y, box.height)).sort(byPlace),
    y: others.flatMap((box) => linesOf(box.y, box.height, box.x, box.width)).sort(byPlace),
  };
}

function linesOf(start: number, length: number, from: number, across: number): Line[] {
  const to = from + across;
  return [start, start + length / 2, start + length].map((at) => ({ at, from, to }));
}

/** Return how far to move `box` so that an edge or a middle of it meets a line within `reach`. */
export function snapped(box: Bounds, lines: SnapLines, reach: number): Snap {
  const x = nearest([box.x, box.x + box.width / 2, box.x + box.width], lines.x, reach);
  const y = nearest([box.y, box.y + box.height / 2, box.y + box.height], lines.y, reach);
  const moved = { ...box, x: box.x + (x?.by ?? 0), y: box.y + (y?.by ?? 0) };
  return {
    x: x?.by ?? 0,
    y: y?.by ?? 0,
    guides: [
      ...(x === null ? [] : [guide('x', x.line, moved.y, moved.height)]),
      ...(y === null ? [] : [guide('y', y.line, moved.x, moved.width)]),
    ],
  };
}

function guide(axis: Guide['axis'], line: Line, start: number, length: number): Guide {
  return {
    axis,
    at: line.at,
    from: Math.min(line.from, start),
    to: Math.max(line.to, start + length),
  };
}

function nearest(
  places: readonly number[],
  lines: readonly Line[],
  reach: number,
): { readonly by: number; readonly line: Line } | null {
  let best: { by: number; line: Line } | null = null;
  for (const place of places) {
    for (let index = firstFrom(lines, place - reach); index < lines.length; index++) {
      const line = lines[index];
      if (line === undefined || line.at > place + reach) break;
      const by = line.at - place;
      if (best === null || Math.abs(by) < Math.abs(best.by)) best = { by, line };
    }
  }
  return best;
}

function firstFrom(lines: readonly Line[], least: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at ?? Infinity) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The nearest multiple of an angle's step. */
export function snappedAngle(degrees: number, step: number): number {
  return Math.round(degrees / step) * step;
}
