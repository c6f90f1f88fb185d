import { describe, expect, it } from 'vitest';

import { type Area, areasOf } from '@/canvas/areas';
import type { Point } from '@/domain/geometry';
import { sectionsOf } from '@/domain/seatMap/sections';
import { factsOf, makeSeat } from '@/testing/factories';

const RADIUS = 10;

type Place = readonly [section: string, row: string, x: number, y: number];

function areas(...places: readonly Place[]): Area[] {
  const facts = places.map(([section, row, x, y], index) =>
    factsOf(makeSeat(index, { section, row, number: String(index), x, y }), index),
  );
  return areasOf(sectionsOf(facts), RADIUS);
}

/** Rows of seats 30 apart, from a corner. */
function block(section: string, rows: number, seats: number, left: number, top: number): Place[] {
  return Array.from({ length: rows * seats }, (_, at) => {
    const row = Math.floor(at / seats);
    return [section, `${section}${row}`, left + 30 * (at % seats), top + 30 * row] as const;
  });
}

function contains(outline: readonly Point[], { x, y }: Point): boolean {
  let isInside = false;
  outline.forEach((one, at) => {
    const other = outline.at(at - 1) ?? one;
    if (one.y > y === other.y > y) return;
    const crossing = one.x + ((other.x - one.x) * (y - one.y)) / (other.y - one.y);
    if (x < crossing) isInside = !isInside;
  });
  return isInside;
}

describe('an area', () => {
  it('is shown only if there are several sections', () => {
    expect(areas(...block('Stalls', 3, 3, 0, 0))).toEqual([]);
  });

  it('encloses its seats whatever the row direction', () => {
    const there = block('Stalls', 6, 9, 0, 0);
    const back = there.filter(([, row]) => Number(row.slice(-1)) % 2 === 1).toReversed();
    const mixed = [...there.filter((place) => !back.includes(place)), ...back];
    const [stalls] = areas(...mixed, ...block('Circle', 2, 2, 0, 900));
    const [outline = []] = stalls?.outlines ?? [];
    expect(stalls?.outlines).toHaveLength(1);
    for (const [, , x, y] of block('Stalls', 4, 7, 30, 30)) {
      expect(contains(outline, { x, y })).toBe(true);
    }
    expect(contains(outline, { x: 120, y: 170 })).toBe(false);
  });

  it('has its label in the middle', () => {
    const [stalls] = areas(...block('Stalls', 7, 15, 0, 0), ...block('Circle', 2, 2, 0, 900));
    expect(stalls?.middle).toEqual({ x: 210, y: 90 });
  });

  it('has its label inside the seats when curved', () => {
    const arcs = ['A', 'B', 'C', 'D', 'E'].flatMap((row, depth) =>
      Array.from({ length: 21 }, (_, at): Place => {
        const angle = ((at - 10) * 7 * Math.PI) / 180;
        const radius = 1_000 + 30 * depth;
        return ['Circle', row, radius * Math.sin(angle), radius * Math.cos(angle)];
      }),
    );
    const [circle] = areas(...arcs, ['Stalls', 'A', 0, 0]);
    const { x = 0, y = 0 } = circle?.middle ?? {};
    expect(Math.hypot(x, y)).toBeGreaterThan(1_030);
    expect(Math.hypot(x, y)).toBeLessThan(1_090);
  });

  it('may consist of parts and is labelled in one of them', () => {
    const boxes = [...block('Boxes', 4, 2, 0, 0), ...block('Boxes ', 4, 2, 900, 0)].map(
      ([, row, x, y]) => ['Boxes', row, x, y] as const,
    );
    const [area] = areas(...boxes, ...block('Stalls', 2, 2, 300, 300));
    expect(area?.outlines).toHaveLength(2);
    expect(area?.middle.x).toSatisfy((x: number) => x <= 30 || x >= 900);
  });

  it('can be a single seat', () => {
    const [lodge] = areas(['Lodge', '1', 50, 50], ['Stalls', '1', 500, 500]);
    expect(lodge?.outlines).toEqual([[{ x: 50, y: 50 }]]);
    expect(lodge?.thickness).toBe(2.6 * RADIUS);
  });
});
