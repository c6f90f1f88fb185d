import { type ApiError, toApiError } from '@/api/apiError';
import { newIdempotencyKey } from '@/api/idempotencyKey';
import { extendLocks, lockSeat, lockSeats, unlockSeats } from '@/api/seats';
import type { Lock, Seat } from '@/api/types';
import { seatList } from '@/domain/seatMap/seatNames';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { OwnLock, SettledOutcome } from '@/domain/seatMap/state';
import { soldApart } from '@/domain/seatMap/tables';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { ownLockOf } from '@/domain/tickets';
import { errorText } from '@/api/errorText';
import { t } from '@/i18n/language';

export interface SeatCommands {
  /** Lock one seat, or those of a whole table. */
  lock(seats: readonly SeatFacts[]): Promise<void>;
  /** Lock all seats or none, and then release `insteadOf`. */
  take(seats: readonly SeatFacts[], insteadOf: readonly SeatFacts[]): Promise<void>;
  /** Extend the locks of all seats, or of none. */
  extend(seats: readonly SeatFacts[]): Promise<void>;
  unlock(seats: readonly SeatFacts[]): Promise<void>;
}

export interface SeatCommandsOptions {
  readonly eventId: number;
  /** How often a new lock can be extended. */
  readonly maxExtensions: number;
  readonly store: SeatMapStore;
  /** Runs a write with retries. */
  readonly send: <Answer>(write: () => Promise<Answer>) => Promise<Answer>;
  readonly onDone: (sentence: string) => void;
  readonly onRefused: (refusal: Refusal) => void;
}

export interface Refusal {
  readonly sentence: string;
  readonly error: ApiError;
  /** The requested seats. */
  readonly seats: readonly SeatFacts[];
}

/** Lock responses do not say how often they can be extended: `maxExtensions` applies. */
type HeldSeat = Seat & Partial<Pick<Lock, 'extensions_left'>>;

/** Sends a command that returns locks, with the given idempotency key. */
type HoldRequest = (key: string) => Promise<readonly HeldSeat[]>;

/**
 * Lock, extend and unlock seats, optimistically. If a seat is clicked again before the response,
 * the opposite command follows after the response, so that two commands for a seat never overtake
 * each other.
 */
export function createSeatCommands(options: SeatCommandsOptions): SeatCommands {
  const { eventId, maxExtensions, store, send, onDone, onRefused } = options;

  async function lock(seats: readonly SeatFacts[]): Promise<void> {
    const [first, ...others] = seats;
    if (first === undefined) return;
    const { opened } = store.getState();
    const code = seats.some(({ id }) => opened?.seatIds.has(id)) ? opened?.promoCode : undefined;
    const kept = await hold('lock', seats, async (key) =>
      others.length === 0 && code === undefined
        ? [(await lockSeat(eventId, first.id, key)).seat]
        : (await lockSeats(eventId, idsOf(seats), key, code)).seats,
    );
    if (kept.length > 0) onDone(t('seats:held', seatList(kept)));
  }

  async function take(seats: readonly SeatFacts[], insteadOf: readonly SeatFacts[]): Promise<void> {
    const kept = await hold(
      'lock',
      seats,
      async (key) => (await lockSeats(eventId, idsOf(seats), key)).seats,
    );
    if (kept.length === 0) return;
    onDone(t('seats:held', seatList(kept)));
    const takenIds = idsOf(seats);
    const left = insteadOf.filter((seat) => isMine(seat) && !takenIds.includes(seat.id));
    if (left.length > 0) await unlock(left);
  }

  async function extend(seats: readonly SeatFacts[]): Promise<void> {
    const kept = await hold(
      'extend',
      seats,
      async (key) => (await extendLocks(eventId, idsOf(seats), key)).seats,
    );
    if (kept.length > 0) onDone(t('seats:extended', seatList(kept)));
  }

  /** Returns the seats that are held and still wanted. */
  async function hold(
    kind: 'lock' | 'extend',
    seats: readonly SeatFacts[],
    ask: HoldRequest,
  ): Promise<readonly SeatFacts[]> {
    store.dispatch({ type: 'commandStarted', kind, seatIds: idsOf(seats) });
    const key = newIdempotencyKey();
    let held: readonly HeldSeat[];
    try {
      held = await send(() => ask(key));
    } catch (cause) {
      refuse(seats, toApiError(cause));
      return [];
    }
    const reversed = seats.filter(isReversed);
    settle(seats, { kind: 'held', locks: held.flatMap((seat) => ownLocks(seat, maxExtensions)) });
    if (reversed.length > 0) await unlock(reversed);
    return seats.filter((seat) => !reversed.includes(seat));
  }

  async function unlock(seats: readonly SeatFacts[]): Promise<void> {
    store.dispatch({ type: 'commandStarted', kind: 'unlock', seatIds: idsOf(seats) });
    const key = newIdempotencyKey();
    try {
      await send(() => unlockSeats(eventId, idsOf(seats), key));
    } catch (cause) {
      refuse(seats, toApiError(cause));
      return;
    }
    const reversed = seats.filter(isReversed);
    settle(seats, { kind: 'released' });
    onDone(t('seats:released', seatList(seats)));
    await Promise.all(soldApart(reversed, (facts) => facts).map(lock));
  }

  function refuse(seats: readonly SeatFacts[], error: ApiError): void {
    settle(seats, { kind: error.isOutcomeUnknown ? 'unknown' : 'refused' });
    const idsAtFault = (...reasons: string[]) =>
      error.conflicts.flatMap(({ seatId, reason }) => (reasons.includes(reason) ? seatId : []));
    const notHeld = idsAtFault('not_held', 'expired');
    if (notHeld.length > 0) store.dispatch({ type: 'notHeld', seatIds: notHeld });
    const exhausted = idsAtFault('extension_limit');
    if (exhausted.length > 0) store.dispatch({ type: 'extensionsExhausted', seatIds: exhausted });
    if (error.code === 'promo_code_invalid') store.dispatch({ type: 'seatsOpened', opened: null });
    if (error.isOutcomeUnknown) store.dispatch({ type: 'locksInvalidated' });
    // Name the seats if the server's response does not.
    const text = errorText(error, store.getState().facts);
    const sentence =
      error.conflicts.length > 0 ? text : t('errors:about', { ...seatList(seats), sentence: text });
    onRefused({ sentence, error, seats });
  }

  function settle(seats: readonly SeatFacts[], outcome: SettledOutcome): void {
    store.dispatch({ type: 'commandSettled', seatIds: idsOf(seats), outcome });
  }

  function isReversed({ id }: SeatFacts): boolean {
    return store.getState().pending.get(id)?.reversed === true;
  }

  function isMine({ index }: SeatFacts): boolean {
    const seat = store.getState().seats[index];
    return seat?.status === 'mine' && !seat.pending;
  }

  return { lock, take, extend, unlock };
}

/** Convert a seat of a response to an own lock. */
export function ownLocks(seat: HeldSeat, maxExtensions: number): OwnLock[] {
  return ownLockOf(seat, seat.extensions_left ?? maxExtensions);
}

function idsOf(seats: readonly SeatFacts[]): number[] {
  return seats.map(({ id }) => id);
}
