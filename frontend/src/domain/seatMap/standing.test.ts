import { expect, it } from 'vitest';

import { fullAreas, leftIn, standingAreasOf } from '@/domain/seatMap/standing';
import { unpackLayout } from '@/domain/seatMap/unpackLayout';
import type { MapSeat } from '@/domain/seatMap/seats';
import { factsOf, makeSeat, packed } from '@/testing/factories';

const PLACES = {
  ...packed([makeSeat(0)]),
  sections: ['Stalls', 'East'],
  ids: [100, 1, 1, 1],
};
const [run] = PLACES.runs;
const layout = {
  ...PLACES,
  runs: [
    ...(run === undefined ? [] : [run]),
    {
      ...{ section: 1, row: '', category: null, price: '25.00', prefix: 'East ', count: 3 },
      ...{ group: 'east', sold_by: 'number' as const, first: 7, x: 12_050, y: 6_000 },
    },
  ],
};

it('unpacks places that have no columns of their own', () => {
  const [seat, ...places] = unpackLayout(layout);
  expect(seat).toEqual(factsOf(makeSeat(0), 0));
  expect(places.map(({ id, seatNumber, number, x, y }) => [id, seatNumber, number, x, y])).toEqual([
    [101, 'East 7', '7', 120.5, 60],
    [102, 'East 8', '8', 120.5, 60],
    [103, 'East 9', '9', 120.5, 60],
  ]);
});

it('counts the places of an area that are left', () => {
  const facts = unpackLayout(layout);
  const [area, ...others] = standingAreasOf(facts);
  expect(others).toEqual([]);
  expect(area).toMatchObject({ group: 'east', name: 'East', middle: { x: 120.5, y: 60 } });
  const statuses = ['available', 'available', 'mine', 'reserved'] as const;
  const seats = facts.map((each, index): MapSeat => {
    const status = statuses[index] ?? 'available';
    return { facts: each, status, until: null, holder: null, pending: false };
  });
  expect(area && leftIn(area, seats, null)).toBe(1);
  expect(area && fullAreas([area], seats, null)).toEqual(new Set());
  const taken = seats.map((seat): MapSeat => ({ ...seat, status: 'mine' }));
  expect(area && fullAreas([area], taken, null)).toEqual(new Set(['east']));
});
