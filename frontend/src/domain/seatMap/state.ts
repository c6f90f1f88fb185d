import type { LiveSeat, ServerFrame } from '@/domain/feed/protocol';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';

/**
 * What the server answered to this person's own commands. It outranks the feed until the feed has
 * caught up, because an answer and the frame that tells of the same change come in either order.
 */
export type OwnSeat =
  /** `seen`: the feed has shown this very lock, so from then on it decides. */
  | {
      readonly kind: 'held';
      readonly until: number;
      readonly extensionsLeft: number;
      readonly seen: boolean;
    }
  /** A lock was asked for and no answer came: `until` then, a lock that the feed shows may be ours. */
  | { readonly kind: 'unconfirmed'; readonly until: number }
  /** The lock that would end at `until` is void. */
  | { readonly kind: 'released'; readonly until: number }
  | { readonly kind: 'reserved'; readonly until: number };

/** A lock of this person as the server told of it. */
export interface OwnLock {
  readonly seatId: number;
  readonly until: number;
  /** How often it can still be given more time. */
  readonly extensionsLeft: number;
}

/** A command on its way. `turned`: the person has changed their mind meanwhile. */
export interface PendingCommand {
  readonly kind: 'lock' | 'extend' | 'unlock' | 'reserve';
  readonly reversed: boolean;
}

/** Seats that stopped being held although the person did nothing. */
export interface LostLocks {
  readonly id: number;
  readonly kind: 'expired' | 'lost';
  readonly seatIds: readonly number[];
  readonly seatNumbers: readonly string[];
}

/**
 * Three layers, kept apart: `live` is what the feed confirmed, `own` what the server answered to
 * us, `pending` what we only hope for. `seats` is all three seen together; dropping a layer's entry
 * is all it takes to correct a hope.
 */
export interface SeatMapState {
  readonly facts: readonly SeatFacts[];
  readonly factsLayout: string | null;
  readonly indexById: ReadonlyMap<number, number>;

  readonly live: readonly LiveSeat[];
  readonly liveLayout: string | null;
  /** Null until the feed has spoken. */
  readonly seq: number | null;
  /** When the feed spoke last, by the server's clock. */
  readonly lastFrameAt: number | null;

  readonly own: ReadonlyMap<number, OwnSeat>;
  readonly pending: ReadonlyMap<number, PendingCommand>;

  readonly seats: readonly MapSeat[];
  readonly viewers: number | null;
  readonly lostLocks: LostLocks | null;

  /** Counts commands begun and ended: an answer to an older question must not undo a newer one. */
  readonly epoch: number;
  /** Each rise asks for the caller's locks to be fetched again. */
  readonly lockFetches: number;
}

export type SettledOutcome =
  | { readonly kind: 'held'; readonly locks: readonly OwnLock[] }
  /** `unknown`: no answer came, and the command may have been carried out. */
  | { readonly kind: 'released' | 'reserved' | 'refused' | 'unknown' };

export type SeatMapAction =
  | { readonly type: 'frame'; readonly frame: ServerFrame }
  | {
      readonly type: 'seatsLoaded';
      readonly layout: string;
      readonly facts: readonly SeatFacts[];
    }
  /** How the seats stand, from elsewhere than the feed. It counts until the feed has spoken. */
  | { readonly type: 'seatsListed'; readonly layout: string; readonly live: readonly LiveSeat[] }
  | {
      readonly type: 'commandStarted';
      readonly kind: PendingCommand['kind'];
      readonly seatIds: readonly number[];
    }
  /** The person clicked a seat whose command is still on its way. */
  | { readonly type: 'commandReversed'; readonly seatId: number }
  | {
      readonly type: 'commandSettled';
      readonly seatIds: readonly number[];
      readonly outcome: SettledOutcome;
    }
  /** The server says that the caller holds no lock on these. */
  | { readonly type: 'notHeld'; readonly seatIds: readonly number[] }
  /** The server says that these cannot be held for longer. */
  | { readonly type: 'extensionsExhausted'; readonly seatIds: readonly number[] }
  | {
      readonly type: 'ownLocksLoaded';
      readonly epoch: number;
      readonly locks: readonly OwnLock[];
    }
  | { readonly type: 'locksInvalidated' }
  | { readonly type: 'timePassed' };

export const emptySeatMap: SeatMapState = {
  facts: [],
  factsLayout: null,
  indexById: new Map(),
  live: [],
  liveLayout: null,
  seq: null,
  lastFrameAt: null,
  own: new Map(),
  pending: new Map(),
  seats: [],
  viewers: null,
  lostLocks: null,
  epoch: 0,
  lockFetches: 1,
};
