import { describe, expect, it } from 'vitest';

import { ACCESSIBLE } from '@/domain/seatMap/features';
import { after, type Move, findOrphans, type StatusOf } from '@/domain/seatMap/orphans';
import type { MapSeat, SeatFacts, DisplayStatus } from '@/domain/seatMap/seats';
import { blocksOf, sectionsOf } from '@/domain/seatMap/sections';
import { factsOf, makeSeat } from '@/testing/factories';
import { SeededRandom } from '@/testing/seededRandom';

const STATUSES: Readonly<Record<string, DisplayStatus>> = {
  '.': 'available',
  M: 'mine',
  x: 'reserved',
  l: 'locked',
};

describe('an orphan seat', () => {
  it.each([
    ['between the person and the end of the row', '.MM...', ['A1']],
    ['between the person and somebody else', 'x.M...', ['A2']],
    ['between the person and an aisle', '... .MM..', ['A4']],
    ['between two seats of the person', '..M.M..', ['A4']],
    ['on either side of them', 'l.M.x', ['A2', 'A4']],
  ])('%s', (_where, row, alone) => {
    expect(orphansOf(row)).toEqual(alone);
  });

  it.each([
    ['when another free one is beside it', '..MM..'],
    ['when it was alone before', 'x.xMM..'],
    ['when an aisle lies between it and the person', '..MM .x..'],
    ['when all of the row is theirs', 'MMMM'],
    ['when nobody chose anything', '.x.x'],
  ])('not %s', (_when, row) => {
    expect(orphansOf(row)).toEqual([]);
  });
});

describe('ways to avoid orphans', () => {
  it('are to add the seat or to shift towards it', () => {
    expect(choices('.MM...')).toEqual({ takeToo: '+A1', moveAlong: '+A1 -A3' });
  });

  it.each([
    ['..M.M..', '+A4 -A5'],
    ['..MM.M..', '+A5 -A6'],
    ['..M..MM.', '+A8 -A3'],
    ['.M.MMx', '+A3 -A2'],
  ])('keep a party together: %s', (row, moveAlong) => {
    expect(choices(row).moveAlong).toBe(moveAlong);
  });

  it('count all seats that a move takes', () => {
    expect(choices('xMM.M.MMx', 1).moveAlong).toBeNull();
  });

  it('are only to add the seat where shifting does not help', () => {
    expect(choices('x.MMx')).toEqual({ takeToo: '+A2', moveAlong: null });
  });

  it('respect the cap', () => {
    expect(choices('.MM...', 0)).toEqual({ takeToo: null, moveAlong: null });
    expect(choices('l.M.x', 1)).toEqual({ takeToo: null, moveAlong: '+A2 -A3' });
  });
});

describe('an orphan can be avoided', () => {
  it.each([
    ['.MM...', true],
    ['x.MMx', false],
    ['x.M.x', true],
    ['x.Mx..', false],
    ['..M.M..', true],
    ['M.M', false],
  ])('in %s: %s', (row, isAvoidable) => {
    expect(orphaningIn(row)?.isAvoidable).toBe(isAvoidable);
  });

  it('only by seats of the same category, for everyone', () => {
    const { facts, seats, mine } = hallOf('x.M...');
    const others = (more: Partial<SeatFacts>) =>
      facts.map((seat) => (seat.index > 2 ? { ...seat, ...more } : seat));
    const isAvoidable = (changed: readonly SeatFacts[]) =>
      findOrphans(sectionsOf(changed), seats, mine, 10)?.isAvoidable;
    expect(isAvoidable(facts)).toBe(true);
    expect(isAvoidable(others({ categoryId: 9 }))).toBe(false);
    expect(isAvoidable(others({ features: ACCESSIBLE }))).toBe(false);
  });
});

describe('in any hall', () => {
  const halls = Array.from({ length: 3_000 }, (_, seed) => randomHall(seed));

  it("seats are orphans if and only if the user's choice made them single", () => {
    for (const { row, facts, statusOf } of halls) {
      const without: StatusOf = (index) =>
        statusOf(index) === 'mine' ? 'available' : statusOf(index);
      const before = lonely(facts, without);
      const expected = lonely(facts, statusOf).filter((seat) => !before.includes(seat));
      expect(orphansOf(row), row).toEqual(expected.map(({ seatNumber }) => seatNumber));
    }
  });

  it('adding the orphans leaves none', () => {
    for (const { row, facts, statusOf, orphaning } of halls) {
      if (orphaning?.addSeats == null) continue;
      expectFair(orphaning.addSeats, row, statusOf);
      expect(lonelyBesideMine(facts, after(orphaning.addSeats, statusOf)), row).toEqual([]);
    }
  });

  it("shifting keeps the party's size and block and leaves no orphan", () => {
    let moved = 0;
    for (const { row, facts, statusOf, orphaning } of halls) {
      const move = orphaning?.shiftParty;
      if (move == null) continue;
      moved += 1;
      expectFair(move, row, statusOf);
      expect(move.take.length, row).toBe(move.release.length);
      expect(isContiguous(move.party, facts), row).toBe(true);
      const touched = [...move.take, ...move.release].map(({ index }) => index);
      const blocks = sectionsOf(facts)
        .flatMap(blocksOf)
        .map((block) => block.map(({ index }) => index));
      expect(
        blocks.some((block) => touched.every((index) => block.includes(index))),
        row,
      ).toBe(true);
      expect(lonelyBesideMine(facts, after(move, statusOf)), row).toEqual([]);
    }
    expect(moved).toBeGreaterThan(100);
  });
});

/** A row as text; a space is an aisle. */
function hallOf(row: string) {
  const facts: SeatFacts[] = [];
  const seats: MapSeat[] = [];
  Array.from(row).forEach((sign, place) => {
    const status = STATUSES[sign];
    if (status === undefined) return;
    const number = String(facts.length + 1);
    const seat = makeSeat(facts.length, {
      seat_number: `A${number}`,
      row: 'A',
      number,
      x: place * 30,
      y: 0,
    });
    const own = factsOf(seat, facts.length);
    facts.push(own);
    seats.push({ facts: own, status, until: null, holder: null, pending: false });
  });
  const statusOf: StatusOf = (index) => seats[index]?.status ?? 'blocked';
  const mine = facts.filter(({ index }) => statusOf(index) === 'mine');
  return { facts, seats, statusOf, mine };
}

/** Whether seats are neighbours in one block. */
function isContiguous(party: readonly SeatFacts[], facts: readonly SeatFacts[]): boolean {
  return sectionsOf(facts)
    .flatMap(blocksOf)
    .some((block) => {
      const first = block.findIndex(({ index }) => index === party[0]?.index);
      const run = block.slice(first, first + party.length);
      return first >= 0 && party.every(({ index }, at) => run[at]?.index === index);
    });
}

function orphaningIn(row: string, remaining = 10) {
  const { facts, seats, mine } = hallOf(row);
  return findOrphans(sectionsOf(facts), seats, mine, remaining);
}

function orphansOf(row: string): string[] {
  return orphaningIn(row)?.orphans.map(({ seatNumber }) => seatNumber) ?? [];
}

function choices(row: string, remaining = 10) {
  const orphaning = orphaningIn(row, remaining);
  const inSigns = (move: Move | null | undefined) =>
    move == null
      ? null
      : [
          ...move.take.map(({ seatNumber }) => `+${seatNumber}`),
          ...move.release.map(({ seatNumber }) => `-${seatNumber}`),
        ].join(' ');
  return { takeToo: inSigns(orphaning?.addSeats), moveAlong: inSigns(orphaning?.shiftParty) };
}

function randomHall(seed: number) {
  const chance = new SeededRandom(seed);
  const signs = ['.', '.', '.', 'M', 'M', 'x', 'l', ' '];
  // The row starts with a run at the usual distance, so that a space counts as an aisle.
  const row = `${'x'.repeat(20)} ${Array.from({ length: 3 + chance.below(14) }, () => chance.pick(signs)).join('')}`;
  return { row, ...hallOf(row), orphaning: orphaningIn(row, chance.below(4)) };
}

/** Independent implementation: by the neighbours of each seat on the plan. */
function lonely(facts: readonly SeatFacts[], statusOf: StatusOf): SeatFacts[] {
  const besideIt = (seat: SeatFacts) => facts.filter(({ x }) => Math.abs(x - seat.x) === 30);
  return facts.filter(
    (seat) =>
      statusOf(seat.index) === 'available' &&
      besideIt(seat).every(({ index }) => statusOf(index) !== 'available'),
  );
}

function lonelyBesideMine(facts: readonly SeatFacts[], statusOf: StatusOf): SeatFacts[] {
  return lonely(facts, statusOf).filter((seat) =>
    facts.some(({ x, index }) => Math.abs(x - seat.x) === 30 && statusOf(index) === 'mine'),
  );
}

function expectFair({ take, release }: Move, row: string, statusOf: StatusOf): void {
  for (const { index } of take) expect(statusOf(index), row).toBe('available');
  for (const { index } of release) expect(statusOf(index), row).toBe('mine');
}
