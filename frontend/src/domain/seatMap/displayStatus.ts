import { assertNever } from '@/domain/assertNever';
import {
  FREE,
  type MapSeat,
  type SeatFacts,
  type SeatState,
  sameSeat,
  UNKNOWN,
} from '@/domain/seatMap/seats';
import type { OwnSeat, PendingCommand, SeatMapState } from '@/domain/seatMap/state';

/** REST has deadlines in microseconds, frames in milliseconds. */
const ROUNDING_MS = 2;

type Displayed = Omit<MapSeat, 'facts' | 'pending'>;

const AVAILABLE: Displayed = { status: 'available', until: null, holder: null };
const BLOCKED: Displayed = { status: 'blocked', until: null, holder: null };

export function isLockUntil(live: SeatState, until: number): boolean {
  return (
    live.status === 'locked' &&
    live.lockedUntil !== null &&
    Math.abs(live.lockedUntil - until) <= ROUNDING_MS
  );
}

function hasExpired({ lockedUntil }: SeatState, now: number): boolean {
  return lockedUntil !== null && lockedUntil <= now;
}

/** Whether the seat is kept back, as is one that was held with a promo code once its lock ends. */
function isBlocked(live: SeatState, now: number): boolean {
  if (live.status === 'unknown') return false;
  return live.status === 'blocked' || (live.isKept === true && hasExpired(live, now));
}

export function liveAt(state: SeatMapState, index: number): SeatState {
  return state.live[index] ?? (state.followed === null ? FREE : UNKNOWN);
}

/** Recompute `seats` for these indexes, or for all. Unchanged seats keep their identity. */
export function withDisplayedSeats(
  state: SeatMapState,
  indexes: Iterable<number> | 'all',
  now: number,
): SeatMapState {
  // Until the new seat list is loaded, indexes of the snapshot do not match.
  if (state.liveLayout !== state.factsLayout) return state;
  if (indexes === 'all') {
    return {
      ...state,
      seats: state.facts.map((facts) =>
        reuseIfSame(state.seats[facts.index], displayedSeat(state, facts, now)),
      ),
    };
  }
  let seats: MapSeat[] | null = null;
  for (const index of indexes) {
    const facts = state.facts[index];
    if (facts === undefined) continue;
    const before = state.seats[index];
    const after = reuseIfSame(before, displayedSeat(state, facts, now));
    if (after === before) continue;
    seats ??= [...state.seats];
    seats[index] = after;
  }
  return seats === null ? state : { ...state, seats };
}

function reuseIfSame(before: MapSeat | undefined, after: MapSeat): MapSeat {
  return before !== undefined && sameSeat(before, after) ? before : after;
}

function displayedSeat(state: SeatMapState, facts: SeatFacts, now: number): MapSeat {
  const own = state.own.get(facts.id);
  const command = state.pending.get(facts.id);
  const live = liveAt(state, facts.index);
  const isOpened = isBlocked(live, now) && state.opened?.seatIds.has(facts.id) === true;
  const confirmed = withOwnSeat(isOpened ? FREE : live, own, now);
  const { status, until, holder } =
    command === undefined ? confirmed : withPendingCommand(command, confirmed, own);
  const isUndecided = own?.kind === 'unconfirmed' && status === 'mine';
  return { facts, status, until, holder, pending: command !== undefined || isUndecided };
}

function withOwnSeat(live: SeatState, own: OwnSeat | undefined, now: number): Displayed {
  if (own === undefined) return fromFeed(live, now);
  switch (own.kind) {
    case 'held':
      return own.until > now
        ? { status: 'mine', until: own.until, holder: null }
        : fromFeed(live, now);
    case 'unconfirmed': {
      // The list of own locks will confirm it; a holder's name proves nothing.
      const confirmed = fromFeed(live, now);
      const isOurs = confirmed.status === 'locked' && own.until > now;
      return isOurs ? { status: 'mine', until: null, holder: null } : confirmed;
    }
    case 'released':
      return isLockUntil(live, own.until) ? AVAILABLE : fromFeed(live, now);
    case 'reserved':
      return isLockUntil(live, own.until)
        ? { status: 'reserved', until: null, holder: null }
        : fromFeed(live, now);
    default:
      return assertNever(own);
  }
}

function fromFeed(live: SeatState, now: number): Displayed {
  if (isBlocked(live, now)) return BLOCKED;
  if (live.status !== 'locked') return { status: live.status, until: null, holder: null };
  // An expired lock is void, even before a frame says so.
  if (hasExpired(live, now)) return AVAILABLE;
  return { status: 'locked', until: live.lockedUntil, holder: live.holder };
}

function withPendingCommand(
  command: PendingCommand,
  confirmed: Displayed,
  own: OwnSeat | undefined,
): Displayed {
  const wantsSeat = (command.kind === 'unlock') === command.reversed;
  if (!wantsSeat) return AVAILABLE;
  if (confirmed.status === 'mine') return confirmed;
  return { status: 'mine', until: own?.kind === 'held' ? own.until : null, holder: null };
}
