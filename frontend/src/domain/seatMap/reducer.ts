import { assertNever } from '@/domain/assertNever';
import type {
  DeltaFrame,
  FeedFrame,
  LiveSeat,
  ResolvedPart,
  SnapshotFrame,
} from '@/domain/feed/protocol';
import { NO_SECTIONS } from '@/domain/feed/sectionSet';
import { withDisplayedSeats } from '@/domain/seatMap/displayStatus';
import {
  settleCommand,
  checkOwnAgainstLive,
  removeHeld,
  removeExpired,
  replaceHeld,
  exhaustExtensions,
} from '@/domain/seatMap/ownLocks';
import { freeCounts, type Numbering, numberingOf, withFree } from '@/domain/seatMap/numbering';
import { FREE, sameFacts, type SeatState, UNKNOWN } from '@/domain/seatMap/seats';
import type { PendingCommand, SeatMapAction, SeatMapState } from '@/domain/seatMap/state';

/** Return the state after `action` at server time `now`. Pure. */
export function reduceSeatMap(
  state: SeatMapState,
  action: SeatMapAction,
  now: number,
): SeatMapState {
  switch (action.type) {
    case 'frame':
      return applyFrameAt(state, action.frame, now);
    case 'seatsLoaded':
      return loadSeats(state, action, now);
    case 'seatsListed':
      return listSeats(state, action, now);
    case 'commandStarted':
      return startCommand(state, action.kind, action.seatIds, now);
    case 'commandReversed':
      return reverseCommand(state, action.seatId, now);
    case 'commandSettled':
      return withSeatsById(
        settleCommand(state, action.seatIds, action.outcome, now),
        action.seatIds,
        now,
      );
    case 'notHeld':
      return withSeatsById(removeHeld(state, action.seatIds), action.seatIds, now);
    case 'extensionsExhausted':
      return exhaustExtensions(state, action.seatIds);
    case 'ownLocksLoaded':
      return action.epoch === state.epoch && state.pending.size === 0
        ? withDisplayedSeats(replaceHeld(state, action.locks, now), 'all', now)
        : { ...state, lockFetches: state.lockFetches + 1 };
    case 'locksInvalidated':
      return { ...state, lockFetches: state.lockFetches + 1 };
    case 'seatsOpened':
      return withDisplayedSeats({ ...state, opened: action.opened }, 'all', now);
    case 'timePassed':
      return withDisplayedSeats(removeExpired(state, now), 'all', now);
    default:
      return assertNever(action);
  }
}

function applyFrameAt(state: SeatMapState, frame: FeedFrame, now: number): SeatMapState {
  const next = applyFrame(state, frame, now);
  return next === state ? state : { ...next, lastFrameAt: now };
}

function applyFrame(state: SeatMapState, frame: FeedFrame, now: number): SeatMapState {
  switch (frame.type) {
    case 'snapshot':
      return applySnapshot(state, frame, now);
    case 'delta':
      return applyDelta(state, frame, now);
    case 'part':
      return applyPart(state, frame, now);
    case 'beat':
      return {
        ...state,
        viewers: frame.viewers,
        lockFetches: state.lockFetches + (hasUnseenLock(state) ? 1 : 0),
      };
    default:
      return assertNever(frame);
  }
}

/** Whether the feed has not yet shown one of the own locks. */
function hasUnseenLock({ own }: SeatMapState): boolean {
  return [...own.values()].some((answer) => answer.kind === 'held' && !answer.seen);
}

/** Shared objects, for halls of tens of thousands of seats. */
const WITHOUT_LOCK: Record<LiveSeat['status'], LiveSeat> = {
  available: FREE,
  locked: { ...FREE, status: 'locked' },
  reserved: { ...FREE, status: 'reserved' },
  blocked: { ...FREE, status: 'blocked' },
};

function applySnapshot(state: SeatMapState, frame: SnapshotFrame, now: number): SeatMapState {
  const live: LiveSeat[] = frame.statuses.map((status) => WITHOUT_LOCK[status]);
  for (const { index, ...lock } of frame.locks) {
    live[index] = { status: 'locked', ...lock };
  }
  const next: SeatMapState = {
    ...state,
    live,
    followed: null,
    free: null,
    counts: null,
    liveLayout: frame.layout,
    seq: frame.seq,
    lockFetches: state.lockFetches + (makesDoubtful(state, frame.layout, frame.seq) ? 1 : 0),
  };
  return withDisplayedSeats(checkOwnAgainstLive(next, state.live, 'all', now), 'all', now);
}

/** Whether own locks must be fetched after a frame that replaces everything. */
function makesDoubtful(state: SeatMapState, layout: string | null, seq: number): boolean {
  if (state.seq === null) return false;
  // One that follows our `seq` is equivalent to a delta.
  const leadsOn = layout === state.liveLayout && seq > state.seq;
  return !leadsOn || hasUnseenLock(state);
}

function applyDelta(state: SeatMapState, frame: DeltaFrame, now: number): SeatMapState {
  if (state.seq === null || frame.from !== state.seq) return state;
  if (frame.changes.length === 0) return { ...state, seq: frame.seq };
  const live = [...state.live];
  for (const { index, ...seat } of frame.changes) live[index] = stateAfter(seat);
  const indexes = frame.changes.map(({ index }) => index);
  const next = { ...state, live, seq: frame.seq };
  return withDisplayedSeats(checkOwnAgainstLive(next, state.live, indexes, now), indexes, now);
}

function stateAfter(seat: LiveSeat): SeatState {
  const isBare = seat.lockedUntil === null && seat.holder === null;
  return isBare ? WITHOUT_LOCK[seat.status] : seat;
}

function applyPart(state: SeatMapState, frame: ResolvedPart, now: number): SeatMapState {
  const startsOver = frame.from === null;
  if (!startsOver && (state.seq === null || frame.from !== state.seq)) return state;
  const liveLayout = startsOver ? frame.layout : state.liveLayout;
  const isDoubtful = startsOver && makesDoubtful(state, liveLayout, frame.seq);
  const free =
    startsOver || frame.free.length > 0
      ? withFree((startsOver ? null : state.free) ?? [], frame.free)
      : state.free;
  const next: SeatMapState = {
    ...state,
    liveLayout,
    seq: frame.seq,
    free,
    lockFetches: state.lockFetches + (isDoubtful ? 1 : 0),
  };
  if (liveLayout !== state.factsLayout) {
    // Sections are asked for by the numbers of a loaded layout, so there are no states yet.
    return { ...next, live: [], followed: NO_SECTIONS, counts: null };
  }
  const numbering = numberingOf(state.facts);
  const [live, changed] = liveAfterPart(state, frame, numbering);
  const counts = free === state.free || free === null ? state.counts : freeCounts(numbering, free);
  const applied = { ...next, live, followed: frame.sections, counts };
  const indexes = startsOver ? 'all' : changed;
  return withDisplayedSeats(checkOwnAgainstLive(applied, state.live, indexes, now), indexes, now);
}

/** Return the states after a part, and the indexes of those that it may have changed. */
function liveAfterPart(
  { live: before, followed, facts }: SeatMapState,
  { from, sections, whole, changes }: ResolvedPart,
  { sections: numbered }: Numbering,
): [SeatState[], number[]] {
  const isKept = from !== null && before.length > 0;
  const live: SeatState[] = isKept ? [...before] : facts.map(() => UNKNOWN);
  const changed: number[] = [];
  numbered.forEach(({ seatIndexes }, section) => {
    if (sections.has(section) || followed?.has(section) === false) return;
    for (const index of seatIndexes) live[index] = UNKNOWN;
    changed.push(...seatIndexes);
  });
  for (const { section, statuses, locks } of whole) {
    const { seatIndexes } = numbered[section] ?? { seatIndexes: [] };
    seatIndexes.forEach((index, place) => {
      live[index] = WITHOUT_LOCK[statuses[place] ?? 'available'];
    });
    for (const { index, ...lock } of locks) live[index] = { status: 'locked', ...lock };
    changed.push(...seatIndexes);
  }
  for (const { index, ...seat } of changes) {
    live[index] = stateAfter(seat);
    changed.push(index);
  }
  return [live, changed];
}

function loadSeats(
  state: SeatMapState,
  { layout, facts: loaded }: Extract<SeatMapAction, { type: 'seatsLoaded' }>,
  now: number,
): SeatMapState {
  const facts = loaded.map((after, index) => {
    const before = state.facts[index];
    return before !== undefined && sameFacts(before, after) ? before : after;
  });
  const free = layout === state.liveLayout ? state.free : null;
  const next: SeatMapState = {
    ...state,
    facts,
    factsLayout: layout,
    counts: free === null ? null : freeCounts(numberingOf(facts), free),
    indexById: new Map(facts.map(({ id, index }) => [id, index])),
  };
  return withDisplayedSeats(next, 'all', now);
}

function listSeats(
  state: SeatMapState,
  { layout, live }: Extract<SeatMapAction, { type: 'seatsListed' }>,
  now: number,
): SeatMapState {
  if (state.seq !== null) return state;
  return withDisplayedSeats({ ...state, live, liveLayout: layout }, 'all', now);
}

function startCommand(
  state: SeatMapState,
  kind: PendingCommand['kind'],
  seatIds: readonly number[],
  now: number,
): SeatMapState {
  const pending = new Map(state.pending);
  for (const seatId of seatIds) pending.set(seatId, { kind, reversed: false });
  return withSeatsById({ ...state, pending, epoch: state.epoch + 1 }, seatIds, now);
}

function reverseCommand(state: SeatMapState, seatId: number, now: number): SeatMapState {
  const command = state.pending.get(seatId);
  if (command === undefined || command.kind === 'reserve') return state;
  const pending = new Map(state.pending);
  pending.set(seatId, { ...command, reversed: !command.reversed });
  return withSeatsById({ ...state, pending }, [seatId], now);
}

function withSeatsById(state: SeatMapState, seatIds: readonly number[], now: number): SeatMapState {
  const indexes = seatIds.flatMap((seatId) => state.indexById.get(seatId) ?? []);
  return withDisplayedSeats(state, indexes, now);
}
