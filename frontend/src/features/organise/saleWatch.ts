import type { Timers } from '@/domain/feed/backoff';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { SeatMapState } from '@/domain/seatMap/state';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { appendChanges, type SaleLog } from '@/features/organise/saleLog';

/** The sale at time `now`. */
export interface SaleView {
  readonly seats: readonly MapSeat[];
  readonly viewers: number | null;
  readonly latest: SaleLog;
  readonly now: number;
}

export interface SaleWatch {
  readonly getView: () => SaleView;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Faster updates would be unreadable. */
const UPDATE_INTERVAL_MS = 500;

/** Observe the store: immediately on the first change, then at most every `UPDATE_INTERVAL_MS`. */
export function watchSale(store: SeatMapStore, timers: Timers): SaleWatch {
  const listeners = new Set<() => void>();
  const now = store.clock.now();
  let seen = store.getState();
  let view = viewOf(seen, [], now);
  let cancelUpdate: (() => void) | null = null;

  function update(): void {
    const state = store.getState();
    if (state === seen) return;
    const time = store.clock.now();
    const latest = isContinued(seen, state)
      ? appendChanges(view.latest, seen.seats, state.seats, time)
      : view.latest;
    view = viewOf(state, latest, time);
    seen = state;
    for (const listener of listeners) listener();
  }

  function scheduleUpdate(): void {
    // A new layout or first snapshot is a new baseline, so take it at once.
    const isNew = !isContinued(seen, store.getState());
    if (cancelUpdate !== null && !isNew) return;
    update();
    cancelUpdate ??= timers.after(UPDATE_INTERVAL_MS, () => {
      cancelUpdate = null;
      if (store.getState() !== seen) scheduleUpdate();
    });
  }

  return {
    getView: () => view,
    subscribe(listener) {
      listeners.add(listener);
      const unsubscribe = store.subscribe(scheduleUpdate);
      return () => {
        unsubscribe();
        listeners.delete(listener);
        cancelUpdate?.();
        cancelUpdate = null;
      };
    },
  };
}

/** Whether the states differ by events, rather than by a first load or another layout. */
function isContinued(before: SeatMapState, after: SeatMapState): boolean {
  return before.seq !== null && before.facts === after.facts;
}

function viewOf({ seats, viewers }: SeatMapState, latest: SaleLog, now: number): SaleView {
  return { seats, viewers, latest, now };
}
