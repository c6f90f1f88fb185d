import type { EventDetail } from '@/api/types';
import type { FeedFrame, LiveSeat } from '@/domain/feed/protocol';
import type { SectionSet } from '@/domain/feed/sectionSet';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat, SeatFacts, SeatState } from '@/domain/seatMap/seats';

/** What a seat that the user holds costs, as of the hold: without a ticket type, and by type. */
export interface HeldPrice {
  readonly price: string;
  readonly byType: ReadonlyMap<number, string>;
  /** Null if they are still the event's. */
  readonly fees: EventDetail['fees'] | null;
}

/**
 * The server's result for an own seat. It overrides the feed until the feed has caught up, because
 * responses and frames arrive in either order.
 */
export type OwnSeat =
  /** `seen`: the feed has shown this lock, so from now on the feed decides. */
  | {
      readonly kind: 'held';
      readonly until: number;
      readonly extensionsLeft: number;
      readonly seen: boolean;
      readonly heldPrice: HeldPrice | null;
    }
  /** A lock request without a response: until `until`, a lock in the feed may be ours. */
  | { readonly kind: 'unconfirmed'; readonly until: number }
  /** The lock with deadline `until` was released. */
  | { readonly kind: 'released'; readonly until: number }
  | { readonly kind: 'reserved'; readonly until: number };

/** An own lock as the server reported it. */
export interface OwnLock {
  readonly seatId: number;
  readonly until: number;
  /** How many more times it can be extended. */
  readonly extensionsLeft: number;
  readonly heldPrice?: HeldPrice | null;
}

/** A command without a response yet. `reversed`: the user clicked again meanwhile. */
export interface PendingCommand {
  readonly kind: 'lock' | 'extend' | 'unlock' | 'reserve';
  readonly reversed: boolean;
}

/** Own locks that ended without an action of the user. */
export interface LostLocks {
  readonly id: number;
  readonly kind: 'expired' | 'lost';
  readonly seats: readonly SeatFacts[];
}

/** Seats that are blocked for others, and that the user may lock with a code. */
export interface OpenedSeats {
  readonly promoCode: string;
  readonly seatIds: ReadonlySet<number>;
}

/**
 * Three layers: `live` from the feed, `own` from responses to own commands, `pending` for
 * optimistic changes. `seats` combines them; removing an entry of a layer rolls it back.
 */
export interface SeatMapState {
  readonly facts: readonly SeatFacts[];
  readonly factsLayout: string | null;
  readonly indexById: ReadonlyMap<number, number>;

  readonly live: readonly SeatState[];
  /** The sections of which `live` has the states; null if it has all. */
  readonly followed: SectionSet | null;
  /** Free seats by pool; null if the feed delivers all states. */
  readonly free: readonly number[] | null;
  /** `free` by section. */
  readonly counts: FreeCounts | null;
  readonly liveLayout: string | null;
  /** Null until the first frame. */
  readonly seq: number | null;
  /** When the last frame arrived, by the server's clock. */
  readonly lastFrameAt: number | null;

  readonly own: ReadonlyMap<number, OwnSeat>;
  readonly pending: ReadonlyMap<number, PendingCommand>;
  readonly opened: OpenedSeats | null;

  readonly seats: readonly MapSeat[];
  readonly viewers: number | null;
  readonly lostLocks: LostLocks | null;

  /** Counts started and settled commands, to discard outdated responses. */
  readonly epoch: number;
  /** Each increment requests a refetch of the own locks. */
  readonly lockFetches: number;
}

export type SettledOutcome =
  | { readonly kind: 'held'; readonly locks: readonly OwnLock[] }
  /** `unknown`: no response; the command may have been carried out. */
  | { readonly kind: 'released' | 'reserved' | 'refused' | 'unknown' };

export type SeatMapAction =
  | { readonly type: 'frame'; readonly frame: FeedFrame }
  | {
      readonly type: 'seatsLoaded';
      readonly layout: string;
      readonly facts: readonly SeatFacts[];
    }
  /** Seat states from REST; ignored once the feed has delivered a frame. */
  | { readonly type: 'seatsListed'; readonly layout: string; readonly live: readonly LiveSeat[] }
  | {
      readonly type: 'commandStarted';
      readonly kind: PendingCommand['kind'];
      readonly seatIds: readonly number[];
    }
  /** The user clicked a seat whose command is pending. */
  | { readonly type: 'commandReversed'; readonly seatId: number }
  | {
      readonly type: 'commandSettled';
      readonly seatIds: readonly number[];
      readonly outcome: SettledOutcome;
    }
  /** The server says that the user does not hold these. */
  | { readonly type: 'notHeld'; readonly seatIds: readonly number[] }
  /** The server says that these cannot be extended again. */
  | { readonly type: 'extensionsExhausted'; readonly seatIds: readonly number[] }
  | {
      readonly type: 'ownLocksLoaded';
      readonly epoch: number;
      readonly locks: readonly OwnLock[];
    }
  | { readonly type: 'locksInvalidated' }
  | { readonly type: 'seatsOpened'; readonly opened: OpenedSeats | null }
  | { readonly type: 'timePassed' };

export const emptySeatMap: SeatMapState = {
  facts: [],
  factsLayout: null,
  indexById: new Map(),
  live: [],
  followed: null,
  free: null,
  counts: null,
  liveLayout: null,
  seq: null,
  lastFrameAt: null,
  own: new Map(),
  pending: new Map(),
  opened: null,
  seats: [],
  viewers: null,
  lostLocks: null,
  epoch: 0,
  lockFetches: 1,
};
