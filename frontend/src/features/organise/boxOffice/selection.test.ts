import { expect, it } from 'vitest';

import type { AllocatedSeats } from '@/api/types';
import type { DisplayStatus, MapSeat } from '@/domain/seatMap/seats';
import {
  changedSeats,
  NOTHING,
  possibleWith,
  seatsByName,
  selectedSeats,
  toggled,
  withSeats,
} from '@/features/organise/boxOffice/selection';
import { factsOf, makeSeat } from '@/testing/factories';

function seat(index: number, status: DisplayStatus = 'available', table = ''): MapSeat {
  const made = makeSeat(index, table === '' ? {} : { group: table, sold_by: 'table' });
  return { facts: factsOf(made, index), status, until: null, holder: null, pending: false };
}

function allocation(id: number, ...indexes: number[]): AllocatedSeats {
  return {
    id,
    kind: 'name',
    label: 'Zoe',
    until: null,
    created_at: '2030-05-24T10:00:00Z',
    created_by: 'boss',
    seat_ids: indexes.map((index) => 100 + index),
  };
}

it('takes the whole of a table that is sold as one, and leaves it out as one', () => {
  const seats = [seat(0, 'available', 'T1'), seat(1, 'available', 'T1'), seat(2)];
  const selection = toggled(NOTHING, seats.slice(0, 1), seats);
  expect([...selection.keys()]).toEqual([100, 101]);
  expect(toggled(selection, seats.slice(1, 2), seats).size).toBe(0);
});

it('takes of a table that was sold in part what one person has, or what can be sold', () => {
  const taken = (index: number, holder: string) => ({ ...seat(index, 'locked', 'T1'), holder });
  const seats = [taken(0, 'ann'), taken(1, 'ann'), taken(2, 'bob'), seat(3, 'available', 'T1')];
  const picked = (index: number) => [
    ...toggled(NOTHING, seats.slice(index, index + 1), seats).keys(),
  ];
  expect([0, 2, 3].map(picked)).toEqual([[100, 101], [102], [103]]);
});

it('tells which seats have changed since they were selected', () => {
  const before = [seat(0), seat(1)];
  const selection = withSeats(NOTHING, before, before);
  const after = [seat(0), seat(1, 'reserved')];
  const indexes = new Map(after.map(({ facts: { id, index } }) => [id, index]));
  const selected = selectedSeats(selection, after, indexes);
  expect(changedSeats(selection, selected).map(({ facts }) => facts.seatNumber)).toEqual(['A2']);
});

it('sells free seats, together with those of one allocation', () => {
  const kept = [allocation(1, 1, 2), allocation(2, 3)];
  const [free, a, b, other, bare] = [
    seat(0),
    ...[1, 2, 3, 4].map((index) => seat(index, 'blocked')),
  ];
  const seats = (...all: (MapSeat | undefined)[]) => all.flatMap((each) => each ?? []);
  expect(possibleWith(seats(free, a, b), kept)).toMatchObject({
    canSell: true,
    from: { id: 1 },
    canUnblock: false,
  });
  expect(possibleWith(seats(a, other), kept)).toMatchObject({ canSell: false, canUnblock: true });
  expect(possibleWith(seats(bare), kept)).toMatchObject({ canSell: false, canUnblock: true });
  expect(possibleWith([seat(5, 'locked')], kept)).toMatchObject({
    canSell: false,
    canRelease: true,
  });
  expect(possibleWith([seat(5, 'locked'), seat(0)], kept).canRelease).toBe(false);
  expect(possibleWith([], kept)).toMatchObject({ canSell: false, canUnblock: false });
});

it('finds seats by names in any case, and says which there are not', () => {
  const facts = [seat(0).facts, seat(1).facts];
  expect(seatsByName(' a2, A1,,Z9 ', facts)).toEqual({ found: [1, 0], unknown: ['Z9'] });
});
