import type { Timers } from '@/domain/feed/backoff';
import { reduceSeatMap } from '@/domain/seatMap/reducer';
import type { MapSeat } from '@/domain/seatMap/seats';
import { emptySeatMap, type SeatMapAction, type SeatMapState } from '@/domain/seatMap/state';
import type { ServerClock } from '@/domain/serverClock';

/** Waking slightly late avoids a second wakeup for the same deadline. */
const AFTER_DEADLINE_MS = 20;
/** Timers are limited to 2^31 ms; an early wakeup is harmless. */
const LONGEST_WAIT_MS = 3_600_000;

export interface SeatMapStore {
  readonly clock: ServerClock;
  readonly getState: () => SeatMapState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly dispatch: (action: SeatMapAction) => void;
}

/** Create a store for the seat map that dispatches `timePassed` at each deadline. */
export function createSeatMapStore(clock: ServerClock, timers: Timers): SeatMapStore {
  const listeners = new Set<() => void>();
  let state = emptySeatMap;
  let cancelWakeup = () => {
    // Nothing is scheduled yet.
  };

  function dispatch(action: SeatMapAction): void {
    const before = state;
    state = reduceSeatMap(state, action, clock.now());
    if (state === before) return;
    scheduleWakeup();
    for (const listener of listeners) listener();
  }

  function scheduleWakeup(): void {
    cancelWakeup();
    if (listeners.size === 0) return;
    const deadline = nextDeadline(state);
    if (deadline === null) return;
    const waitMs = Math.min(deadline - clock.now() + AFTER_DEADLINE_MS, LONGEST_WAIT_MS);
    cancelWakeup = timers.after(waitMs, () => {
      dispatch({ type: 'timePassed' });
      scheduleWakeup();
    });
  }

  return {
    clock,
    getState: () => state,
    dispatch,
    subscribe(listener) {
      listeners.add(listener);
      scheduleWakeup();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) cancelWakeup();
      };
    },
  };
}

/**
 * Call `act` with these seats once the states of all are known, perhaps at once. Returns a function
 * that cancels it.
 */
export function whenKnown(
  { getState, subscribe }: SeatMapStore,
  seatIds: readonly number[],
  act: (seats: readonly MapSeat[]) => void,
): () => void {
  function check(): boolean {
    const { seats, indexById } = getState();
    const found = seatIds.flatMap((id) => seats[indexById.get(id) ?? -1] ?? []);
    if (found.some(({ status }) => status === 'unknown')) return false;
    act(found);
    return true;
  }
  if (check()) return () => undefined;
  const stop = subscribe(() => {
    if (check()) stop();
  });
  return stop;
}

function nextDeadline({ seats }: SeatMapState): number | null {
  let earliest: number | null = null;
  for (const { until } of seats) {
    if (until !== null && (earliest === null || until < earliest)) earliest = until;
  }
  return earliest;
}
