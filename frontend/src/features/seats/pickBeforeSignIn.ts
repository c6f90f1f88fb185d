import { tabStorage } from '@/browser/storage';

const KEY = 'seatcast.picked';
/** Later it would be a surprise. */
const KEPT_MS = 20 * 60_000;

/** A seat that was picked before signing in. */
interface Pick {
  readonly eventId: number;
  readonly seatId: number;
  readonly atMs: number;
}

/**
 * Remember a seat while the user signs in, in this tab only. An address with the seat in it would
 * let other sites hold seats in a user's name.
 */
export function rememberPick(eventId: number, seatId: number): void {
  const picked: Pick = { eventId, seatId, atMs: Date.now() };
  tabStorage.setItem(KEY, JSON.stringify(picked));
}

/** The remembered seat, as the state of a history entry: it outlives reloads without storage. */
export function pickState(): string | null {
  return tabStorage.getItem(KEY);
}

export function forgetPick(): void {
  tabStorage.removeItem(KEY);
}

/**
 * Return the id of the seat picked for this event, once; null if there is none. `state` is that of
 * the history entry.
 */
export function takePick(eventId: number, state: unknown = null): number | null {
  const picked = parsed(tabStorage.getItem(KEY) ?? state);
  forgetPick();
  const isFresh = picked !== null && Math.abs(Date.now() - picked.atMs) < KEPT_MS;
  return isFresh && picked.eventId === eventId ? picked.seatId : null;
}

function parsed(stored: unknown): Pick | null {
  if (typeof stored !== 'string') return null;
  try {
    const { eventId, seatId, atMs } = JSON.parse(stored) as Partial<Pick>;
    const isWhole = [eventId, seatId, atMs].every((one) => typeof one === 'number');
    return isWhole ? ({ eventId, seatId, atMs } as Pick) : null;
  } catch {
    return null;
  }
}
