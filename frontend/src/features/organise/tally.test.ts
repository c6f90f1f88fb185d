import { expect, it } from 'vitest';

import { soldShare, tallyOf } from '@/features/organise/tally';
import type { MapSeat, Standing } from '@/lib/seatmap/seats';
import { factsOf, makeSeat } from '@/testing/factories';

function seatsThat(...those: (readonly [Standing, section: string, price: string])[]): MapSeat[] {
  return those.map(([standing, section, price], index) => ({
    facts: factsOf(makeSeat(index, { section, price }), index),
    standing,
    until: null,
    holder: null,
    pending: false,
  }));
}

it('counts each state in each section, and what the sold seats cost', () => {
  const tally = tallyOf(
    seatsThat(
      ['reserved', 'Stalls', '50.10'],
      ['reserved', 'Stalls', '0.20'],
      ['locked', 'Stalls', '50.10'],
      ['available', 'Circle', '30.00'],
      ['blocked', 'Circle', '30.00'],
      ['reserved', 'Circle', '30.00'],
    ),
  );
  expect(tally).toEqual({
    total: 6,
    free: 1,
    held: 1,
    sold: 3,
    blocked: 1,
    revenue: '80.30',
    sections: [
      { name: 'Stalls', total: 3, free: 0, held: 1, sold: 2, blocked: 0, revenue: '50.30' },
      { name: 'Circle', total: 3, free: 1, held: 0, sold: 1, blocked: 1, revenue: '30.00' },
    ],
  });
});

it('takes the share of the seats that can be sold', () => {
  const half = seatsThat(
    ['reserved', 'Stalls', '1.00'],
    ['available', 'Stalls', '1.00'],
    ['blocked', 'Stalls', '1.00'],
    ['blocked', 'Stalls', '1.00'],
  );
  expect(soldShare(tallyOf(half))).toBe(0.5);
  expect(soldShare(tallyOf(half.slice(2)))).toBe(0);
});
