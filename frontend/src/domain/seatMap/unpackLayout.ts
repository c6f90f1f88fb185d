import type { Layout } from '@/api/types';
import type { SeatFacts } from '@/domain/seatMap/seats';

const HUNDREDTHS = 100;

/** Decode a packed layout into seats in index order. */
export function unpackLayout({ sections, runs, ids, numbers, xs, ys }: Layout): SeatFacts[] {
  const facts: SeatFacts[] = [];
  let [id, x, y, index] = [0, 0, 0, 0];
  for (const run of runs) {
    const section = sections[run.section] ?? '';
    for (const end = index + run.count; index < end; index++) {
      id += ids[index] ?? 0;
      x += xs[index] ?? 0;
      y += ys[index] ?? 0;
      const ending = numbers[index] ?? '';
      facts.push({
        id,
        index,
        seatNumber: run.prefix + ending,
        section,
        row: run.row,
        number: run.number ?? ending,
        x: x / HUNDREDTHS,
        y: y / HUNDREDTHS,
        categoryId: run.category,
        price: run.price,
      });
    }
  }
  return facts;
}
