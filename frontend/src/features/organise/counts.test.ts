import { expect, it } from 'vitest';

import type { MapSeat, DisplayStatus } from '@/domain/seatMap/seats';
import { soldShare, countSeats } from '@/features/organise/counts';
import { factsOf, makeSeat } from '@/testing/factories';

function seatsThat(...those: (readonly [DisplayStatus, section: string])[]): MapSeat[] {
  return those.map(([status, section], index) => ({
    facts: factsOf(makeSeat(index, { section }), index),
    status,
    until: null,
    holder: null,
    pending: false,
  }));
}

it('counts each status in each section', () => {
  const counts = countSeats(
    seatsThat(
      ['reserved', 'Stalls'],
      ['reserved', 'Stalls'],
      ['locked', 'Stalls'],
      ['available', 'Circle'],
      ['blocked', 'Circle'],
      ['reserved', 'Circle'],
    ),
  );
  expect(counts).toEqual({
    total: 6,
    free: 1,
    held: 1,
    sold: 3,
    blocked: 1,
    sections: [
      { name: 'Stalls', total: 3, free: 0, held: 1, sold: 2, blocked: 0 },
      { name: 'Circle', total: 3, free: 1, held: 0, sold: 1, blocked: 1 },
    ],
  });
});

it('takes the share of the sellable seats', () => {
  const half = seatsThat(
    ['reserved', 'Stalls'],
    ['available', 'Stalls'],
    ['blocked', 'Stalls'],
    ['blocked', 'Stalls'],
  );
  expect(soldShare(countSeats(half))).toBe(0.5);
  expect(soldShare(countSeats(half.slice(2)))).toBe(0);
});
