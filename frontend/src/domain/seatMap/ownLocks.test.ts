import { describe, expect, it } from 'vitest';

import { changed, DEADLINE, locked, MapUnderTest } from '@/testing/mapHarness';

describe('an own lock', () => {
  it('is mine whether the answer or the frame comes first', () => {
    const answerFirst = MapUnderTest.withSeats(1);
    answerFirst.start('lock', 100);
    answerFirst.held(100);
    expect(answerFirst.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE });
    answerFirst.delta(locked(0));

    const frameFirst = MapUnderTest.withSeats(1);
    frameFirst.start('lock', 100);
    frameFirst.delta(locked(0));
    frameFirst.held(100);

    expect(answerFirst.seat(0)).toEqual(frameFirst.seat(0));
    expect(frameFirst.seat(0)).toMatchObject({ status: 'mine', pending: false });
  });

  it('survives an older frame that comes after the answer', () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0, DEADLINE - 200_000, 'bob'));
    map.start('lock', 100);
    map.held(100);
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('mine');
    map.delta(locked(0));
    expect(map.seat(0).status).toBe('mine');
  });

  it('is not known by the name of its holder', () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0, DEADLINE, 'me-myself'));
    expect(map.seat(0).status).toBe('locked');
  });

  it('runs out at its deadline, and its owner is told', () => {
    const map = MapUnderTest.withSeats(2);
    map.lockAndSee(0);
    map.lockAndSee(1);
    map.now = DEADLINE;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(['available', 'available']);
    expect(map.state.lostLocks).toEqual({
      id: 1,
      kind: 'expired',
      seatIds: [100, 101],
      seatNumbers: ['A1', 'A2'],
    });
  });

  it('has run out, too, when the frame about it is a little ahead of our clock', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.now = DEADLINE - 400;
    map.delta(changed(0, 'available'));
    expect(map.state.lostLocks).toMatchObject({ kind: 'expired' });
  });

  it('keeps to a new deadline that a frame brings, and its owner is told nothing', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('extend', 100);
    map.delta(locked(0, DEADLINE + 200_000));
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE + 200_000 });
    map.held(100, DEADLINE + 200_000, 1);
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE + 200_000 });
    expect(map.state.own.get(100)).toMatchObject({ extensionsLeft: 1, seen: true });
    expect(map.state.lostLocks).toBeNull();
  });

  it('keeps to a new deadline that the answer brings before the frame', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('extend', 100);
    map.held(100, DEADLINE + 200_000, 1);
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE + 200_000 });
    map.delta(locked(0, DEADLINE + 200_000));
    map.now = DEADLINE + 1;
    map.do({ type: 'timePassed' });
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE + 200_000 });
  });

  it.each([['alice'], [null]])(
    'that another tab has extended goes on, and the locks are asked for again (holder: %s)',
    (holder) => {
      const map = MapUnderTest.withSeats(1);
      map.start('lock', 100);
      map.held(100);
      map.delta(locked(0, DEADLINE, holder));
      const { lockFetches } = map.state;
      map.delta(locked(0, DEADLINE + 200_000, holder));
      expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE + 200_000 });
      expect(map.state.lostLocks).toBeNull();
      expect(map.state.lockFetches).toBe(lockFetches + 1);
    },
  );

  it.each([
    ['to somebody with another name', 'alice', 'bob', DEADLINE - 60_000],
    ['perhaps to another without a name, at its very end', null, null, DEADLINE - 400],
  ])('is lost %s', (_to, before, after, now) => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    map.delta(locked(0, DEADLINE, before));
    map.now = now;
    map.delta(locked(0, DEADLINE + 200_000, after));
    expect(map.seat(0).status).toBe('locked');
    expect(map.state.lostLocks).not.toBeNull();
  });

  it('that cannot be extended stays what it was', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('extend', 100);
    map.settled('refused', 100);
    map.do({ type: 'extensionsExhausted', seatIds: [100, 101] });
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE, pending: false });
    expect(map.state.own.get(100)).toMatchObject({ extensionsLeft: 0 });
  });

  it('is lost when the feed shows the seat otherwise, and the locks are asked for again', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    const { lockFetches } = map.state;
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('available');
    expect(map.state.lostLocks).toMatchObject({ id: 1, kind: 'lost', seatNumbers: ['A1'] });
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });

  it('is not reported as lost when its owner gave it back', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('unlock', 100);
    map.delta(changed(0, 'available'));
    map.settled('released', 100);
    expect(map.state.lostLocks).toBeNull();
    expect(map.seat(0)).toMatchObject({ status: 'available', pending: false });
  });

  it('is not reported as lost when its owner reserved the seat', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('reserve', 100);
    map.delta(changed(0, 'reserved'));
    map.settled('reserved', 100);
    expect(map.state.lostLocks).toBeNull();
    expect(map.seat(0).status).toBe('reserved');
  });

  it('that was given back is free before the feed has said so', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('unlock', 100);
    map.settled('released', 100);
    expect(map.seat(0).status).toBe('available');
    map.delta(changed(0, 'available'));
    map.delta(locked(0, DEADLINE + 5000, 'bob'));
    expect(map.seat(0)).toMatchObject({ status: 'locked', holder: 'bob' });
  });

  it('that was turned into a reservation shows as one before the feed has said so', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('reserve', 100);
    map.settled('reserved', 100);
    expect(map.seat(0).status).toBe('reserved');
    map.delta(changed(0, 'reserved'));
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('available');
  });

  it('that the server does not know of is given up', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'notHeld', seatIds: [100] });
    expect(map.seat(0).status).toBe('available');
  });

  it('is doubted when a beat comes and the feed still has not shown it', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    const { lockFetches } = map.state;
    map.beat();
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });

  it('is doubted after a snapshot in the middle, which may have skipped over its end', () => {
    const map = MapUnderTest.withSeats(1);
    const { lockFetches } = map.state;
    map.snapshot(['available']);
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });
});

describe('the list of own locks', () => {
  it('gives a reloaded page its basket back', () => {
    const map = MapUnderTest.withSeats(2);
    map.delta(locked(1));
    expect(map.statuses()).toEqual(['available', 'locked']);
    map.do({
      type: 'ownLocksLoaded',
      epoch: 0,
      locks: [{ seatId: 101, until: DEADLINE, extensionsLeft: 2 }],
    });
    expect(map.statuses()).toEqual(['available', 'mine']);
    map.delta(changed(1, 'available'));
    expect(map.statuses()).toEqual(['available', 'available']);
  });

  it('takes away what it does not name', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'ownLocksLoaded', epoch: map.state.epoch, locks: [] });
    expect(map.seat(0).status).toBe('available');
    expect(map.state.lostLocks).toMatchObject({ kind: 'lost', seatNumbers: ['A1'] });
  });

  it('is asked for again when a command was begun after the question', () => {
    const map = MapUnderTest.withSeats(1);
    const { epoch, lockFetches } = map.state;
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'ownLocksLoaded', epoch, locks: [] });
    expect(map.seat(0).status).toBe('mine');
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });
});
