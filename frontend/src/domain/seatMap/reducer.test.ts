import { describe, expect, it } from 'vitest';

import { parseFrame } from '@/domain/feed/parseFrame';
import { LAYOUT, makeSeat, makeSeats } from '@/testing/factories';
import { fixture } from '@/testing/fixtures';
import { changed, DEADLINE, locked, MapUnderTest, START } from '@/testing/mapHarness';

describe('the feed', () => {
  it("leads to the server's state frame by frame", () => {
    const { seats, snapshot, deltas, expected, shown_at: shownAt } = fixture('convergence');
    const map = new MapUnderTest();
    map.load(makeSeats(seats), snapshot.layout);
    for (const wire of [snapshot, ...deltas]) {
      const frame = parseFrame(JSON.stringify(wire));
      if (frame === null || frame.type === 'part') throw new Error('not of the whole map');
      map.now = frame.now;
      map.do({ type: 'frame', frame });
    }
    expect(map.state.seq).toBe(expected.seq);
    expect(map.state.live.slice(0, seats).map(({ status }) => status)).toEqual(expected.statuses);
    for (const { index, locked_until: lockedUntil, holder, is_kept: isKept } of expected.locks) {
      expect(map.state.live[index]).toEqual({ status: 'locked', lockedUntil, holder, isKept });
    }
    map.now = shownAt.now;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(shownAt.statuses);
  });

  it('shows a seat whose kept lock has ended as free to the bearer of its code only', () => {
    const map = MapUnderTest.withSeats(2);
    map.delta({ ...locked(0), isKept: true });
    map.now = DEADLINE;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(['blocked', 'available']);
    const opened = { promoCode: 'BANK-2030', seatIds: new Set([map.state.facts[0]?.id ?? 0]) };
    map.do({ type: 'seatsOpened', opened });
    expect(map.statuses()).toEqual(['available', 'available']);
  });

  it('drops lock data of a released seat', () => {
    const map = MapUnderTest.withSeats(2);
    map.delta(locked(0));
    map.delta(changed(0, 'available'));
    expect(map.state.live[0]).toBe(map.state.live[1]);
  });

  it('leaves the REST seat list visible until the first frame', () => {
    const map = new MapUnderTest();
    map.load([
      makeSeat(0),
      makeSeat(1, { status: 'reserved' }),
      makeSeat(2, { status: 'locked', locked_until: new Date(DEADLINE).toISOString() }),
    ]);
    expect(map.statuses()).toEqual(['available', 'reserved', 'locked']);
  });

  it('overrides a seat list that is loaded later', () => {
    const map = MapUnderTest.withSeats(2);
    map.delta(changed(0, 'reserved'));
    map.load(makeSeats(2));
    expect(map.statuses()).toEqual(['reserved', 'available']);
  });

  it('applies a snapshot that arrived before the seat list', () => {
    const map = new MapUnderTest();
    map.snapshot(['blocked', 'available', 'available', 'available']);
    expect(map.state.seats).toEqual([]);
    map.load(makeSeats(2));
    expect(map.statuses()).toEqual(['blocked', 'available']);
  });

  it('is not applied out of order', () => {
    const map = MapUnderTest.withSeats(2);
    const before = map.state;
    const frame = { type: 'delta', from: 12, seq: 13, now: START } as const;
    map.do({ type: 'frame', frame: { ...frame, changes: [changed(0, 'reserved')] } });
    expect(map.state).toBe(before);
  });

  it('keeps the identity of unchanged seats', () => {
    const map = MapUnderTest.withSeats(4);
    const before = map.state.seats;
    map.delta(changed(1, 'reserved'), changed(2, 'available'));
    expect(map.state.seats.map((seat, index) => seat === before[index])).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const after = map.state.seats;
    map.load(makeSeats(4));
    map.do({ type: 'timePassed' });
    expect(map.state.seats.every((seat, index) => seat === after[index])).toBe(true);
  });

  it('shows the old map until the new layout is loaded', () => {
    const map = MapUnderTest.withSeats(2);
    map.snapshot(['reserved', 'reserved', 'reserved', 'available'], 'layout-2', 20);
    expect(map.state.liveLayout).toBe('layout-2');
    expect(map.statuses()).toEqual(['available', 'available']);
    map.load(makeSeats(3), 'layout-2');
    expect(map.statuses()).toEqual(['reserved', 'reserved', 'reserved']);
  });

  it('treats a snapshot that continues its position as a delta', () => {
    const map = MapUnderTest.withSeats(2);
    map.lockAndSee(0);
    const { lockFetches, seq } = map.state;
    map.snapshot(['locked', 'available'], LAYOUT, (seq ?? 0) + 1, [
      { index: 0, lockedUntil: DEADLINE, holder: null },
    ]);
    expect(map.statuses()).toEqual(['mine', 'available']);
    expect(map.state.lockFetches).toBe(lockFetches);
    map.delta(changed(1, 'reserved'));
    expect(map.statuses()).toEqual(['mine', 'reserved']);
  });

  it('refetches own locks when a snapshot goes back, as after a restored backup', () => {
    const map = MapUnderTest.withSeats(1);
    const { lockFetches } = map.state;
    map.snapshot(['available'], LAYOUT, 3);
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });

  it('reports the number of viewers', () => {
    const map = MapUnderTest.withSeats(1);
    map.beat();
    expect(map.state.viewers).toBe(5);
  });
});

describe("somebody else's lock", () => {
  it("has its holder's name", () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0, DEADLINE, 'bob'));
    expect(map.seat(0)).toMatchObject({ status: 'locked', until: DEADLINE, holder: 'bob' });
  });

  it('is void from its deadline on, without a frame', () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0));
    map.now = DEADLINE - 1;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(['locked']);
    map.now = DEADLINE;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(['available']);
  });
});

describe('a click', () => {
  it('shows at once and is rolled back after a refusal', () => {
    const map = MapUnderTest.withSeats(2);
    const before = map.seat(0);
    map.start('lock', 100);
    expect(map.seat(0)).toMatchObject({ status: 'mine', pending: true, until: null });
    map.settled('refused', 100);
    expect(map.seat(0)).toEqual(before);
  });

  it("shows the feed's state after losing a race", () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.delta(locked(0, DEADLINE, 'bob'));
    expect(map.seat(0).status).toBe('mine');
    map.settled('refused', 100);
    expect(map.seat(0)).toMatchObject({ status: 'locked', holder: 'bob' });
  });

  it('follows the last click of somebody who clicks twice', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.do({ type: 'commandReversed', seatId: 100 });
    expect(map.seat(0)).toMatchObject({ status: 'available', pending: true });
    map.do({ type: 'commandReversed', seatId: 100 });
    expect(map.seat(0)).toMatchObject({ status: 'mine', pending: true });
  });

  it('cannot reverse a pending reservation', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('reserve', 100);
    map.do({ type: 'commandReversed', seatId: 100 });
    expect(map.seat(0)).toMatchObject({ status: 'mine', pending: true });
  });

  it('does nothing on a seat without a pending command', () => {
    const map = MapUnderTest.withSeats(1);
    const before = map.state;
    map.do({ type: 'commandReversed', seatId: 100 });
    expect(map.state).toBe(before);
  });
});

it('loads a layout without seats', () => {
  const map = new MapUnderTest();
  map.load([], LAYOUT);
  expect(map.state.seats).toEqual([]);
});
