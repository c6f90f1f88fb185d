import type { Layout } from '@/api/types';
import { ACCESSIBLE, AISLE, RESTRICTED_VIEW } from '@/domain/seatMap/features';
import type { SeatFacts } from '@/domain/seatMap/seats';

const HUNDREDTHS = 100;

/** Decode a packed layout into seats in index order. */
export function unpackLayout(layout: Layout): SeatFacts[] {
  const { sections, runs, ids, numbers, xs, ys } = layout;
  const features = featuresOf(layout);
  const notes = new Map(
    layout.notes?.flatMap(({ note, seats }) => accumulated(seats).map((at) => [at, note] as const)),
  );
  const companions = accumulated(layout.companions).map(
    (at, place) => [at, layout.companions_of?.[place] ?? null] as const,
  );
  const companionOf = new Map(companions);
  const facts: SeatFacts[] = [];
  let [id, x, y, index, column] = [0, 0, 0, 0, 0];
  for (const run of runs) {
    const section = sections[run.section] ?? '';
    const floor = layout.floors?.[run.section] ?? '';
    for (const end = index + run.count; index < end; index++) {
      id += ids[index] ?? 0;
      let ending: string;
      if (run.first === undefined) {
        x += xs[column] ?? 0;
        y += ys[column] ?? 0;
        ending = numbers[column] ?? '';
        column += 1;
      } else {
        ending = String(run.first + run.count - (end - index));
      }
      facts.push({
        id,
        index,
        seatNumber: run.prefix + ending,
        section,
        floor,
        row: run.row,
        number: run.number ?? ending,
        x: (run.x ?? x) / HUNDREDTHS,
        y: (run.y ?? y) / HUNDREDTHS,
        categoryId: run.category,
        price: run.price,
        features: features.get(index) ?? 0,
        note: notes.get(index) ?? '',
        companionOf: companionOf.get(index) ?? null,
        group: run.group ?? '',
        isSoldWhole: run.sold_by === 'table',
        isPlace: run.sold_by === 'number',
      });
    }
  }
  return facts;
}

/** The features of the seats that have some, by index. */
function featuresOf({ accessible, restricted_view, aisle }: Layout): Map<number, number> {
  const features = new Map<number, number>();
  for (const [bit, indexes] of [
    [ACCESSIBLE, accessible],
    [RESTRICTED_VIEW, restricted_view],
    [AISLE, aisle],
  ] as const) {
    for (const index of accumulated(indexes)) features.set(index, (features.get(index) ?? 0) | bit);
  }
  return features;
}

/** Undo delta encoding. */
function accumulated(steps: readonly number[] = []): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
