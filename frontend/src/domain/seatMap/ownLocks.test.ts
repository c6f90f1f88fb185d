import { describe, expect, it } from 'vitest';

import { changed, DEADLINE, locked, MapUnderTest } from '@/testing/mapHarness';

describe('an own lock', () => {
  it('is mine whether the response or the frame arrives first', () => {
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

  it('survives an older frame that arrives after the response', () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0, DEADLINE - 200_000, 'bob'));
    map.start('lock', 100);
    map.held(100);
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('mine');
    map.delta(locked(0));
    expect(map.seat(0).status).toBe('mine');
  });

  it("is not recognised by its holder's name", () => {
    const map = MapUnderTest.withSeats(1);
    map.delta(locked(0, DEADLINE, 'me-myself'));
    expect(map.seat(0).status).toBe('locked');
  });

  it('expires at its deadline and is reported', () => {
    const map = MapUnderTest.withSeats(2);
    map.lockAndSee(0);
    map.lockAndSee(1);
    map.now = DEADLINE;
    map.do({ type: 'timePassed' });
    expect(map.statuses()).toEqual(['available', 'available']);
    expect(map.state.lostLocks).toMatchObject({
      id: 1,
      kind: 'expired',
      seats: [{ seatNumber: 'A1' }, { seatNumber: 'A2' }],
    });
  });

  it('counts as expired when the frame is slightly ahead of our clock', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.now = DEADLINE - 400;
    map.delta(changed(0, 'available'));
    expect(map.state.lostLocks).toMatchObject({ kind: 'expired' });
  });

  it('takes a new deadline from a frame without a report', () => {
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

  it('takes a new deadline from a response before the frame', () => {
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
    'extended by another tab continues and is refetched (holder: %s)',
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

  it('stays unchanged when its extension is refused', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('extend', 100);
    map.settled('refused', 100);
    map.do({ type: 'extensionsExhausted', seatIds: [100, 101] });
    expect(map.seat(0)).toMatchObject({ status: 'mine', until: DEADLINE, pending: false });
    expect(map.state.own.get(100)).toMatchObject({ extensionsLeft: 0 });
  });

  it('is lost and refetched when the feed shows another state', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    const { lockFetches } = map.state;
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('available');
    expect(map.state.lostLocks).toMatchObject({
      id: 1,
      kind: 'lost',
      seats: [{ seatNumber: 'A1' }],
    });
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });

  it('is not reported as lost after a release', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('unlock', 100);
    map.delta(changed(0, 'available'));
    map.settled('released', 100);
    expect(map.state.lostLocks).toBeNull();
    expect(map.seat(0)).toMatchObject({ status: 'available', pending: false });
  });

  it('is not reported as lost after a reservation', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('reserve', 100);
    map.delta(changed(0, 'reserved'));
    map.settled('reserved', 100);
    expect(map.state.lostLocks).toBeNull();
    expect(map.seat(0).status).toBe('reserved');
  });

  it('shows as available after a release before the feed does', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('unlock', 100);
    map.settled('released', 100);
    expect(map.seat(0).status).toBe('available');
    map.delta(changed(0, 'available'));
    map.delta(locked(0, DEADLINE + 5000, 'bob'));
    expect(map.seat(0)).toMatchObject({ status: 'locked', holder: 'bob' });
  });

  it('shows as reserved after a reservation before the feed does', () => {
    const map = MapUnderTest.withSeats(1);
    map.lockAndSee(0);
    map.start('reserve', 100);
    map.settled('reserved', 100);
    expect(map.seat(0).status).toBe('reserved');
    map.delta(changed(0, 'reserved'));
    map.delta(changed(0, 'available'));
    expect(map.seat(0).status).toBe('available');
  });

  it('unknown to the server is dropped', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'notHeld', seatIds: [100] });
    expect(map.seat(0).status).toBe('available');
  });

  it('is refetched when a beat arrives and the feed has not shown it', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    const { lockFetches } = map.state;
    map.beat();
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });

  it('is refetched after a mid-stream snapshot, which may skip its end', () => {
    const map = MapUnderTest.withSeats(1);
    const { lockFetches } = map.state;
    map.snapshot(['available']);
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });
});

describe('the list of own locks', () => {
  it('restores the basket after a reload', () => {
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

  it('removes locks that it does not contain', () => {
    const map = MapUnderTest.withSeats(1);
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'ownLocksLoaded', epoch: map.state.epoch, locks: [] });
    expect(map.seat(0).status).toBe('available');
    expect(map.state.lostLocks).toMatchObject({ kind: 'lost', seats: [{ seatNumber: 'A1' }] });
  });

  it('is refetched when a command started after the request', () => {
    const map = MapUnderTest.withSeats(1);
    const { epoch, lockFetches } = map.state;
    map.start('lock', 100);
    map.held(100);
    map.do({ type: 'ownLocksLoaded', epoch, locks: [] });
    expect(map.seat(0).status).toBe('mine');
    expect(map.state.lockFetches).toBe(lockFetches + 1);
  });
});
