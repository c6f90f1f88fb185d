/**
 * This person's own locks. They are known from the answers to their own commands, never by
 * comparing names: names may be hidden, and are not what a lock hangs on.
 */

import { assertNever } from '@/lib/assertNever';
import type { Lapse, OwnAnswer, SeatMapState, SettledOutcome } from '@/lib/seatmap/state';
import { isLockUntil, liveAt } from '@/lib/seatmap/view';

/** A lock that ends this close to its deadline ran out; the clocks differ by a little. */
const CLOCK_TOLERANCE_MS = 1_500;

/** The server has answered a command about these seats: the hope makes way for the answer. */
export function answerCommand(
  state: SeatMapState,
  seatIds: readonly number[],
  outcome: SettledOutcome,
): SeatMapState {
  const pending = new Map(state.pending);
  const own = new Map(state.own);
  for (const seatId of seatIds) {
    pending.delete(seatId);
    const answer = ownAnswer(state, seatId, outcome);
    if (answer !== null) own.set(seatId, answer);
  }
  return { ...state, pending, own, epoch: state.epoch + 1 };
}

function ownAnswer(state: SeatMapState, seatId: number, outcome: SettledOutcome): OwnAnswer | null {
  switch (outcome.kind) {
    case 'held':
      return {
        kind: 'held',
        until: outcome.until,
        seen: isLockUntil(liveOfSeat(state, seatId), outcome.until),
      };
    case 'released':
    case 'reserved': {
      const before = state.own.get(seatId);
      return before === undefined ? null : { kind: outcome.kind, until: before.until };
    }
    case 'refused':
      return null;
    default:
      return assertNever(outcome);
  }
}

export function dropHeld(state: SeatMapState, seatIds: readonly number[]): SeatMapState {
  const own = new Map(state.own);
  for (const seatId of seatIds) own.delete(seatId);
  return { ...state, own, locksWanted: state.locksWanted + 1 };
}

/** Take the server's list of our locks for the whole truth about what is held. */
export function replaceHeld(
  state: SeatMapState,
  locks: readonly { readonly seatId: number; readonly until: number }[],
  now: number,
): SeatMapState {
  const own = new Map([...state.own].filter(([, answer]) => answer.kind !== 'held'));
  for (const { seatId, until } of locks) {
    own.set(seatId, { kind: 'held', until, seen: isLockUntil(liveOfSeat(state, seatId), until) });
  }
  const gone = [...state.own].filter(
    ([seatId, answer]) => answer.kind === 'held' && !own.has(seatId),
  );
  return withLapse({ ...state, own }, gone, now);
}

/** Once the feed has shown a lock of ours, whatever the feed says next about that seat is newer. */
export function checkOwnAgainstLive(
  state: SeatMapState,
  indexes: readonly number[] | 'all',
  now: number,
): SeatMapState {
  if (state.own.size === 0 || state.liveLayout !== state.factsLayout) return state;
  const looked = indexes === 'all' ? null : new Set(indexes);
  const own = new Map(state.own);
  const gone: [number, OwnAnswer][] = [];
  for (const [seatId, answer] of state.own) {
    const index = state.indexById.get(seatId);
    if (
      answer.kind !== 'held' ||
      (looked !== null && (index === undefined || !looked.has(index)))
    ) {
      continue;
    }
    if (isLockUntil(liveOfSeat(state, seatId), answer.until)) {
      own.set(seatId, { ...answer, seen: true });
    } else if (answer.seen) {
      own.delete(seatId);
      gone.push([seatId, answer]);
    }
  }
  const doubt = gone.length > 0 ? 1 : 0;
  return withLapse({ ...state, own, locksWanted: state.locksWanted + doubt }, gone, now);
}

export function dropPastDeadlines(state: SeatMapState, now: number): SeatMapState {
  const past = [...state.own].filter(([, answer]) => answer.until <= now);
  if (past.length === 0) return state;
  const own = new Map(state.own);
  for (const [seatId] of past) own.delete(seatId);
  const held = past.filter(([, answer]) => answer.kind === 'held');
  return withLapse({ ...state, own }, held, now);
}

/** Note what is gone, leaving out what the person is just giving back or reserving. */
function withLapse(
  state: SeatMapState,
  gone: readonly (readonly [number, OwnAnswer])[],
  now: number,
): SeatMapState {
  const unasked = gone.filter(([seatId]) => {
    const kind = state.pending.get(seatId)?.kind;
    return kind !== 'unlock' && kind !== 'reserve';
  });
  if (unasked.length === 0) return state;
  const ranOut = unasked.every(([, { until }]) => until - now <= CLOCK_TOLERANCE_MS);
  const lapse: Lapse = {
    id: (state.lapse?.id ?? 0) + 1,
    kind: ranOut ? 'expired' : 'lost',
    seatNumbers: unasked.flatMap(([seatId]) => seatNumber(state, seatId) ?? []),
  };
  return { ...state, lapse };
}

function seatNumber(state: SeatMapState, seatId: number): string | undefined {
  const index = state.indexById.get(seatId);
  return index === undefined ? undefined : state.facts[index]?.seatNumber;
}

function liveOfSeat(state: SeatMapState, seatId: number) {
  return liveAt(state, state.indexById.get(seatId) ?? -1);
}
