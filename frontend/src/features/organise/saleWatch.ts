import type { Timers } from '@/domain/feed/backoff';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { SeatMapState } from '@/domain/seatMap/state';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { emptyLog, appendChanges, type SaleLog } from '@/features/organise/saleLog';

/** The sale as it was at `now`. */
export interface SaleView {
  readonly seats: readonly MapSeat[];
  readonly viewers: number | null;
  readonly seq: number | null;
  readonly log: SaleLog;
  readonly now: number;
}

export interface SaleWatch {
  readonly getView: () => SaleView;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Figures that change more often than this are read by nobody. */
const UPDATE_INTERVAL_MS = 500;

/** With a live feed there is a beat every few seconds, so a longer pause was without one. */
const GAP_MS = 30_000;

/** Looks at a map that may change many times a second: at once, and then now and then. */
export function watchSale(store: SeatMapStore, timers: Timers): SaleWatch {
  const listeners = new Set<() => void>();
  const now = store.clock.now();
  let seen = store.getState();
  let view = viewOf(seen, emptyLog(now), now);
  let cancelLook: (() => void) | null = null;

  function look(): void {
    const state = store.getState();
    if (state === seen) return;
    const time = store.clock.now();
    const log = isContinued(seen, state)
      ? appendChanges(view.log, seen.seats, state.seats, time, timeOfSales(seen, state))
      : view.log;
    view = viewOf(state, log, time);
    seen = state;
    for (const listener of listeners) listener();
  }

  function lookSoon(): void {
    // What is news is told from what was there at first, so that has to be seen as it was.
    const isNew = !isContinued(seen, store.getState());
    if (cancelLook !== null && !isNew) return;
    look();
    cancelLook ??= timers.after(UPDATE_INTERVAL_MS, () => {
      cancelLook = null;
      if (store.getState() !== seen) lookSoon();
    });
  }

  return {
    getView: () => view,
    subscribe(listener) {
      listeners.add(listener);
      const unsubscribe = store.subscribe(lookSoon);
      return () => {
        unsubscribe();
        listeners.delete(listener);
        cancelLook?.();
        cancelLook = null;
      };
    },
  };
}

/** Whether what differs has happened meanwhile, and is not merely known better, or another plan. */
function isContinued(before: SeatMapState, after: SeatMapState): boolean {
  return before.seq !== null && before.facts === after.facts;
}

function viewOf({ seats, viewers, seq }: SeatMapState, log: SaleLog, now: number): SaleView {
  return { seats, viewers, seq, log, now };
}

/** When it was sold what one state has and the one before had not; null if that cannot be said. */
function timeOfSales(before: SeatMapState, { lastFrameAt }: SeatMapState): number | null {
  const wasHeard = before.lastFrameAt !== null && lastFrameAt !== null;
  return wasHeard && lastFrameAt - before.lastFrameAt < GAP_MS ? lastFrameAt : null;
}
