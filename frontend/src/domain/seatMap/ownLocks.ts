/**
 * The user's own locks. They are known from responses to the user's own commands, never from holder
 * names, which may be hidden.
 */

import { assertNever } from '@/domain/assertNever';
import { isLockUntil, liveAt } from '@/domain/seatMap/displayStatus';
import { FREE, type SeatState } from '@/domain/seatMap/seats';
import type {
  LostLocks,
  OwnSeat,
  OwnLock,
  SeatMapState,
  SettledOutcome,
} from '@/domain/seatMap/state';

type HeldSeat = Extract<OwnSeat, { kind: 'held' }>;

/** A lock that ends this close to its deadline expired; the clocks differ slightly. */
const CLOCK_TOLERANCE_MS = 1_500;

/** Servers refuse a request that waited longer than this. */
const MAX_REQUEST_AGE_MS = 60_000;

/** Replace the pending state of these seats by the server's result. */
export function settleCommand(
  state: SeatMapState,
  seatIds: readonly number[],
  outcome: SettledOutcome,
  now: number,
): SeatMapState {
  const pending = new Map(state.pending);
  const own = new Map(state.own);
  for (const seatId of seatIds) {
    pending.delete(seatId);
    const answer = ownSeatAfter(state, seatId, outcome, now);
    if (answer !== null) own.set(seatId, answer);
  }
  return { ...state, pending, own, epoch: state.epoch + 1 };
}

function ownSeatAfter(
  state: SeatMapState,
  seatId: number,
  outcome: SettledOutcome,
  now: number,
): OwnSeat | null {
  switch (outcome.kind) {
    case 'held': {
      const lock = outcome.locks.find((one) => one.seatId === seatId);
      return lock === undefined ? null : heldSeat(state, lock);
    }
    case 'released':
    case 'reserved': {
      const before = state.own.get(seatId);
      return before === undefined ? null : { kind: outcome.kind, until: before.until };
    }
    case 'unknown': {
      const isNewLock =
        state.pending.get(seatId)?.kind === 'lock' && state.own.get(seatId)?.kind !== 'held';
      return isNewLock ? { kind: 'unconfirmed', until: now + MAX_REQUEST_AGE_MS } : null;
    }
    case 'refused':
      return null;
    default:
      return assertNever(outcome);
  }
}

function heldSeat(
  state: SeatMapState,
  { seatId, until, extensionsLeft, heldPrice = null }: OwnLock,
): HeldSeat {
  const seen = isLockUntil(liveOfSeat(state, seatId), until);
  return { kind: 'held', until, extensionsLeft, seen, heldPrice };
}

export function exhaustExtensions(state: SeatMapState, seatIds: readonly number[]): SeatMapState {
  const own = new Map(state.own);
  for (const seatId of seatIds) {
    const answer = own.get(seatId);
    if (answer?.kind === 'held') own.set(seatId, { ...answer, extensionsLeft: 0 });
  }
  return { ...state, own };
}

export function removeHeld(state: SeatMapState, seatIds: readonly number[]): SeatMapState {
  const own = new Map(state.own);
  for (const seatId of seatIds) own.delete(seatId);
  return { ...state, own, lockFetches: state.lockFetches + 1 };
}

/** Replace the held seats by the server's list of own locks. */
export function replaceHeld(
  state: SeatMapState,
  locks: readonly OwnLock[],
  now: number,
): SeatMapState {
  const own = new Map(
    [...state.own].filter(([seatId, { kind }]) =>
      // An unconfirmed request may still arrive; a lock that exists already is not from it.
      kind === 'unconfirmed' ? liveOfSeat(state, seatId).status !== 'locked' : kind !== 'held',
    ),
  );
  for (const lock of locks) own.set(lock.seatId, heldSeat(state, lock));
  const lost = [...state.own].filter(
    ([seatId, answer]) => answer.kind === 'held' && !own.has(seatId),
  );
  return withLostLocks({ ...state, own }, lost, now);
}

/**
 * Update own locks after a frame. `before` is the state before it. Once the feed has shown an own
 * lock, its later changes to the seat are newer than our last response.
 */
export function checkOwnAgainstLive(
  state: SeatMapState,
  before: readonly SeatState[],
  indexes: readonly number[] | 'all',
  now: number,
): SeatMapState {
  if (state.own.size === 0 || state.liveLayout !== state.factsLayout) return state;
  const checked = indexes === 'all' ? null : new Set(indexes);
  const own = new Map(state.own);
  const lost: [number, OwnSeat][] = [];
  let isRefetchNeeded = false;
  for (const [seatId, answer] of state.own) {
    const index = state.indexById.get(seatId) ?? -1;
    if (answer.kind === 'unconfirmed' && liveAt(state, index).status === 'locked')
      isRefetchNeeded = true;
    if (answer.kind !== 'held' || (checked !== null && !checked.has(index))) continue;
    const isExtending = state.pending.get(seatId)?.kind === 'extend';
    const after = afterFrame(
      answer,
      before[index] ?? FREE,
      liveAt(state, index),
      isExtending || isBeforeDeadline(answer, now),
    );
    if (after === null) {
      own.delete(seatId);
      lost.push([seatId, answer]);
    } else {
      own.set(seatId, after);
    }
    if (after === null || (after.until !== answer.until && !isExtending)) isRefetchNeeded = true;
  }
  const lockFetches = state.lockFetches + (isRefetchNeeded ? 1 : 0);
  return withLostLocks({ ...state, own, lockFetches }, lost, now);
}

/**
 * Return what remains of an own lock after the feed changed the seat from `before` to `live`; null
 * if it is lost. A new deadline is taken for an extension, perhaps by another tab, if the holder is
 * the same. If names are hidden, `couldNotEnd` must rule out that the lock expired and someone else
 * took the seat.
 */
function afterFrame(
  answer: HeldSeat,
  before: SeatState,
  live: SeatState,
  couldNotEnd: boolean,
): HeldSeat | null {
  if (isLockUntil(live, answer.until)) return { ...answer, seen: true };
  if (!answer.seen || live.status === 'unknown') return answer;
  if (live.status !== 'locked' || live.lockedUntil === null) return null;
  const isSameHolder =
    before.status === 'unknown' ||
    (live.holder === before.holder && (live.holder !== null || couldNotEnd));
  return isSameHolder ? { ...answer, until: live.lockedUntil } : null;
}

function isBeforeDeadline({ until }: OwnSeat, now: number): boolean {
  return until - now > CLOCK_TOLERANCE_MS;
}

export function removeExpired(state: SeatMapState, now: number): SeatMapState {
  const past = [...state.own].filter(([, answer]) => answer.until <= now);
  if (past.length === 0) return state;
  const own = new Map(state.own);
  for (const [seatId] of past) own.delete(seatId);
  const held = past.filter(([, answer]) => answer.kind === 'held');
  return withLostLocks({ ...state, own }, held, now);
}

/** Report lost locks, except on seats being released or reserved. */
function withLostLocks(
  state: SeatMapState,
  lost: readonly (readonly [number, OwnSeat])[],
  now: number,
): SeatMapState {
  const unexpected = lost.filter(([seatId]) => {
    const kind = state.pending.get(seatId)?.kind;
    return kind !== 'unlock' && kind !== 'reserve';
  });
  if (unexpected.length === 0) return state;
  const ranOut = unexpected.every(([, answer]) => !isBeforeDeadline(answer, now));
  const lostLocks: LostLocks = {
    id: (state.lostLocks?.id ?? 0) + 1,
    kind: ranOut ? 'expired' : 'lost',
    seats: unexpected.flatMap(([seatId]) => state.facts[state.indexById.get(seatId) ?? -1] ?? []),
  };
  return { ...state, lostLocks };
}

function liveOfSeat(state: SeatMapState, seatId: number) {
  return liveAt(state, state.indexById.get(seatId) ?? -1);
}
