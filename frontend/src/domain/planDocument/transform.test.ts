import { describe, expect, it } from 'vitest';

import { type Key, parsePlan, type PlanDocument } from '@/domain/planDocument/document';
import { boundsOfObject } from '@/domain/planDocument/bounds';
import { textAt } from '@/domain/planDocument/json';
import { areaOutline } from '@/domain/planDocument/shapes';
import { aligned, distributed, mirrored, moved, rotated } from '@/domain/planDocument/transform';
import { seatPoint } from '@/domain/planDocument/walk';
import { hall, rowNamed, zoneAt } from '@/testing/planDocuments';

/** Positions of all seats by guid. */
function places(document: PlanDocument): Record<string, readonly [number, number]> {
  const found: Record<string, readonly [number, number]> = {};
  for (const zone of document.zones) {
    for (const row of zone.rows) {
      for (const seat of row.seats) {
        const { x, y } = seatPoint(zone, row, seat);
        found[textAt(seat.json, 'seat_guid')] = [x, y];
      }
    }
  }
  return found;
}

function keysOf(...items: readonly { readonly key: Key }[]): Set<Key> {
  return new Set(items.map(({ key }) => key));
}

it('moves a seat within its row, and nothing else', () => {
  const before = hall();
  const [, second] = rowNamed(before, 'A').seats;
  const after = moved(before, keysOf(...(second === undefined ? [] : [second])), 3, -2);
  expect(places(after)).toEqual({ ...places(before), a2: [128, 48] });
  expect(after.zones[1]).toBe(before.zones[1]);
  expect(rowNamed(after, 'B')).toBe(rowNamed(before, 'B'));
});

it('moves what is selected twice, by itself and in its section, once', () => {
  const before = hall();
  const zone = zoneAt(before, 0);
  const after = moved(before, keysOf(zone, ...zone.rows), 10, 0);
  expect(places(after)['a1']).toEqual([110, 50]);
});

it('writes a move into the JSON, and keeps the other keys there', () => {
  const before = hall();
  const after = moved(before, keysOf(rowNamed(before, 'A')), 1, 1);
  expect(rowNamed(after, 'A').json['position']).toEqual({ x: 1, y: 1 });
  expect(rowNamed(after, 'A').seats[0]?.json['x-note']).toEqual([1, 2.5]);
});

it('turns a row around its centre', () => {
  const before = hall();
  const after = places(rotated(before, keysOf(rowNamed(before, 'A')), 90));
  expect([after['a1'], after['a2'], after['a3']]).toEqual([
    [125, 25],
    [125, 50],
    [125, 75],
  ]);
});

it('turns a section with its shapes', () => {
  const before = hall();
  const zone = zoneAt(before, 0);
  const after = zoneAt(rotated(before, keysOf(zone), 90), 0);
  expect(after.areas[0]?.json['rotation']).toBe(90);
  const [box] = after.areas.map((area) => areaOutline(after, area));
  const [xs, ys] = [box?.map(({ x }) => x) ?? [], box?.map(({ y }) => y) ?? []];
  expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(30);
  expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(100);
});

describe('mirroring', () => {
  it('exchanges left and right', () => {
    const before = hall();
    const after = places(mirrored(before, keysOf(rowNamed(before, 'A')), 'horizontal'));
    expect([after['a1'], after['a3']]).toEqual([
      [150, 50],
      [100, 50],
    ]);
  });

  it('exchanges above and below', () => {
    const before = hall();
    const zone = zoneAt(before, 0);
    const after = places(mirrored(before, keysOf(zone), 'vertical'));
    expect((after['a1']?.[1] ?? 0) - (after['b1']?.[1] ?? 0)).toBeCloseTo(30);
    expect(after['a1']?.[0]).toBeCloseTo(100);
  });

  it.each(['horizontal', 'vertical'] as const)('twice (%s) is nothing', (axis) => {
    const before = rotated(hall(), keysOf(zoneAt(hall(), 0)), 0);
    const tilted = rotated(before, new Set(before.zones.map(({ key }) => key)), 30);
    const keys = new Set(tilted.zones.map(({ key }) => key));
    const after = mirrored(mirrored(tilted, keys, axis), keys, axis);
    for (const [guid, [x, y]] of Object.entries(places(tilted))) {
      expect(places(after)[guid]?.[0]).toBeCloseTo(x, 1);
      expect(places(after)[guid]?.[1]).toBeCloseTo(y, 1);
    }
    const [was, is] = [zoneAt(tilted, 0), zoneAt(after, 0)];
    const outline = (zone: typeof was) => zone.areas.map((area) => areaOutline(zone, area)).flat();
    outline(is).forEach((corner, place) => {
      expect(corner.x).toBeCloseTo(outline(was)[place]?.x ?? NaN, 1);
      expect(corner.y).toBeCloseTo(outline(was)[place]?.y ?? NaN, 1);
    });
  });

  it('keeps a tilted rectangle’s outline a mirror image', () => {
    const { document } = parsePlan(
      JSON.stringify({
        zones: [
          {
            position: { x: 0, y: 0 },
            rows: [],
            areas: [
              {
                shape: 'rectangle',
                position: { x: 10, y: 10 },
                rotation: 30,
                rectangle: { width: 40, height: 20 },
              },
            ],
          },
        ],
      }),
    );
    const zone = zoneAt(document, 0);
    const keys = keysOf(...zone.areas);
    const after = mirrored(document, keys, 'horizontal');
    const corners = (of: PlanDocument) =>
      zoneAt(of, 0)
        .areas.flatMap((area) => areaOutline(zoneAt(of, 0), area))
        .map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`)
        .sort();
    const middle = boundsOfObject(document, [...keys][0] ?? 0);
    const axis = 2 * ((middle?.x ?? 0) + (middle?.width ?? 0) / 2);
    const expected = areaOutline(zone, zone.areas[0] ?? ({} as never))
      .map(({ x, y }) => `${(axis - x).toFixed(1)} ${y.toFixed(1)}`)
      .sort();
    expect(corners(after)).toEqual(expected);
  });
});

it('aligns rows at their right edge', () => {
  const before = hall();
  const after = places(
    aligned(before, keysOf(rowNamed(before, 'A'), rowNamed(before, 'B')), 'right'),
  );
  expect(after['a3']?.[0]).toBe(150);
  expect(after['b2']?.[0]).toBe(150);
});

it('distributes objects with equal gaps, and leaves the outermost', () => {
  const before = hall();
  const seats = rowNamed(before, 'A').seats;
  const uneven = moved(before, keysOf(...seats.slice(1, 2)), 9, 0);
  expect(places(distributed(uneven, keysOf(...seats), 'x'))).toEqual(places(before));
});
