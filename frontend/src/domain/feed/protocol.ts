/**
 * The frames of `/ws/events/{id}/`, by WebSocket or as server-sent events. `index` is a seat's place in the seat list, `layout` a hash of
 * that order, `seq` the event's sequence number; times are Unix milliseconds by the server's clock.
 */

export type SeatStatus = 'available' | 'locked' | 'reserved' | 'blocked';

/** Indexed by the status code on the wire. */
export const STATUSES = ['available', 'locked', 'reserved', 'blocked'] as const;

/** The state of one seat. Absolute, so applying it twice changes nothing. */
export interface LiveSeat {
  readonly status: SeatStatus;
  readonly lockedUntil: number | null;
  /** Null for unlocked seats, and if the site hides names. */
  readonly holder: string | null;
  /** Whether the seat is blocked, not available, when its lock ends. */
  readonly isKept?: boolean;
}

export interface SeatLock {
  readonly index: number;
  readonly lockedUntil: number;
  readonly holder: string | null;
  readonly isKept?: boolean;
}

export interface SeatChange extends LiveSeat {
  readonly index: number;
}

/**
 * Server → client: the first frame, and whenever the layout changed, the server started over, or a
 * delta would be much longer. Replaces everything.
 */
export interface SnapshotFrame {
  readonly type: 'snapshot';
  readonly event: number;
  readonly seq: number;
  readonly now: number;
  readonly layout: string;
  /** One entry per seat, and up to three more from the padding of the last byte. */
  readonly statuses: readonly SeatStatus[];
  readonly locks: readonly SeatLock[];
}

/** Server → client: the changes from `from` to `seq`. */
export interface DeltaFrame {
  readonly type: 'delta';
  readonly from: number;
  readonly seq: number;
  readonly now: number;
  readonly changes: readonly SeatChange[];
}

/** The state of all seats of a section, in index order. */
export interface WholeSection {
  readonly section: number;
  /** One entry per seat, and up to three more from the padding of the last byte. */
  readonly statuses: readonly SeatStatus[];
  readonly locks: readonly SeatLock[];
}

/** How many seats of a pool are free. */
export interface PoolFree {
  readonly pool: number;
  readonly free: number;
}

/** Server → client, to subscribers of sections, in place of snapshots and deltas. */
export interface PartFrame {
  readonly type: 'part';
  /** Null replaces everything. */
  readonly from: number | null;
  readonly seq: number;
  readonly now: number;
  /** Only if `from` is null. */
  readonly layout: string | null;
  /** Of the newest `subscribe` that this frame takes into account. */
  readonly id: number | null;
  readonly whole: readonly WholeSection[];
  readonly changes: readonly SeatChange[];
  readonly free: readonly PoolFree[];
}

/** A part with the sections whose states are known after it. */
export interface ResolvedPart extends PartFrame {
  readonly sections: ReadonlySet<number>;
}

/** Server → client, every three seconds, and every second while seats change. */
export interface BeatFrame {
  readonly type: 'beat';
  readonly seq: number;
  readonly now: number;
  readonly viewers: number;
  /** Of the event's settings. */
  readonly revision: number;
  /** In how many ms the next one is due. */
  readonly next: number;
}

/** Client → server, by WebSocket: the last `seq` that was applied. */
export interface SeenFrame {
  readonly type: 'seen';
  readonly seq: number;
}

/** Client → server, by WebSocket, after a first part: the sections that are wanted from now on. */
export interface SubscribeFrame {
  readonly type: 'subscribe';
  readonly layout: string;
  readonly sections: string;
  readonly id: number;
}

export type ServerFrame = SnapshotFrame | DeltaFrame | PartFrame | BeatFrame;

/** A frame as the feed delivers it. */
export type FeedFrame = SnapshotFrame | DeltaFrame | ResolvedPart | BeatFrame;

export const CLOSE_CODES = {
  /** As browsers report a connection that failed. */
  abnormal: 1006,
  badFrame: 1008,
  restarting: 1012,
  signInFirst: 4401,
  notForYou: 4403,
  noSuchEvent: 4404,
  tooSlow: 4408,
  tooManySockets: 4429,
} as const;
