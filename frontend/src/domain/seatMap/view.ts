import { assertNever } from '@/domain/assertNever';
import type { LiveSeat } from '@/domain/feed/protocol';
import { FREE, type MapSeat, type SeatFacts, sameSeat } from '@/domain/seatMap/seats';
import type { OwnAnswer, PendingCommand, SeatMapState } from '@/domain/seatMap/state';

/** REST gives deadlines in microseconds, frames in milliseconds. */
const ROUNDING_MS = 2;

type Appearance = Omit<MapSeat, 'facts' | 'pending'>;

const OPEN: Appearance = { status: 'available', until: null, holder: null };

export function isLockUntil(live: LiveSeat, until: number): boolean {
  return (
    live.status === 'locked' &&
    live.lockedUntil !== null &&
    Math.abs(live.lockedUntil - until) <= ROUNDING_MS
  );
}

export function liveAt(state: SeatMapState, index: number): LiveSeat {
  return state.live[index] ?? FREE;
}

/** Bring `seats` up to date for these seats, or for all. Unchanged ones stay the same objects. */
export function withSeatsShown(
  state: SeatMapState,
  indexes: Iterable<number> | 'all',
  now: number,
): SeatMapState {
  // Between a new plan's snapshot and its seat list, indexes of one do not fit the other.
  if (state.liveLayout !== state.factsLayout) return state;
  if (indexes === 'all') {
    return {
      ...state,
      seats: state.facts.map((facts) => kept(state.seats[facts.index], shown(state, facts, now))),
    };
  }
  let seats: MapSeat[] | null = null;
  for (const index of indexes) {
    const facts = state.facts[index];
    if (facts === undefined) continue;
    const before = state.seats[index];
    const after = kept(before, shown(state, facts, now));
    if (after === before) continue;
    seats ??= [...state.seats];
    seats[index] = after;
  }
  return seats === null ? state : { ...state, seats };
}

function kept(before: MapSeat | undefined, after: MapSeat): MapSeat {
  return before !== undefined && sameSeat(before, after) ? before : after;
}

function shown(state: SeatMapState, facts: SeatFacts, now: number): MapSeat {
  const own = state.own.get(facts.id);
  const command = state.pending.get(facts.id);
  const confirmed = answered(liveAt(state, facts.index), own, now);
  const { status, until, holder } =
    command === undefined ? confirmed : hoped(command, confirmed, own);
  const isUndecided = own?.kind === 'asked' && status === 'mine';
  return { facts, status, until, holder, pending: command !== undefined || isUndecided };
}

function answered(live: LiveSeat, own: OwnAnswer | undefined, now: number): Appearance {
  if (own === undefined) return confirmedBy(live, now);
  switch (own.kind) {
    case 'held':
      return own.until > now
        ? { status: 'mine', until: own.until, holder: null }
        : confirmedBy(live, now);
    case 'asked': {
      // Whose lock it is, the list of our own will tell; a name could be the person's own.
      const confirmed = confirmedBy(live, now);
      const isOurs = confirmed.status === 'locked' && own.until > now;
      return isOurs ? { status: 'mine', until: null, holder: null } : confirmed;
    }
    case 'released':
      return isLockUntil(live, own.until) ? OPEN : confirmedBy(live, now);
    case 'reserved':
      return isLockUntil(live, own.until)
        ? { status: 'reserved', until: null, holder: null }
        : confirmedBy(live, now);
    default:
      return assertNever(own);
  }
}

function confirmedBy(live: LiveSeat, now: number): Appearance {
  if (live.status !== 'locked') return { status: live.status, until: null, holder: null };
  // A lock past its deadline is worth nothing, whether or not a frame has said so yet.
  if (live.lockedUntil !== null && live.lockedUntil <= now) return OPEN;
  return { status: 'locked', until: live.lockedUntil, holder: live.holder };
}

function hoped(
  command: PendingCommand,
  confirmed: Appearance,
  own: OwnAnswer | undefined,
): Appearance {
  const wantsSeat = (command.kind === 'unlock') === command.turned;
  if (!wantsSeat) return OPEN;
  if (confirmed.status === 'mine') return confirmed;
  return { status: 'mine', until: own?.kind === 'held' ? own.until : null, holder: null };
}
