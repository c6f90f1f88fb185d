import {
  confine,
  fitClear,
  type Insets,
  insetsOf,
  NO_INSETS,
  type PlanExtent,
  type Viewport,
} from '@/canvas/viewport';
import type { Bounds, Size } from '@/domain/geometry';
import { MapControls } from '@/components/map/mapControls';

/** The view after the last movement. */
export interface SettledView {
  readonly viewport: Viewport;
  readonly size: Size;
  /** Whether the whole plan is shown and follows resizes, until the user zooms or drags. */
  readonly isFitted: boolean;
}

/** Whether there are seats in a part of the plan. */
type HasSeats = (part: Bounds) => boolean;

type MoveListener = (viewport: Viewport, size: Size) => void;

const SETTLE_MS = 120;

/**
 * The visible part of the plan. Every move is reported to `onMove` listeners; React subscribers are
 * notified only once the view has settled, so that dragging renders nothing.
 */
export class MapView {
  readonly controls = new MapControls((viewport) => {
    this.#chosen = viewport;
    this.#moved();
  });
  readonly #moveListeners = new Set<MoveListener>();
  readonly #listeners = new Set<() => void>();
  #extent: PlanExtent;
  #hasSeats: HasSeats = () => false;
  #size: Size | null = null;
  /** The controls that lie over the whole plan. */
  #controlBoxes: readonly Bounds[] = [];
  #insets: Insets = NO_INSETS;
  #chosen: Viewport | null = null;
  #viewport: Viewport | null = null;
  #settled: SettledView | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(extent: PlanExtent) {
    this.#extent = extent;
  }

  /** Null until the size is known. */
  get viewport(): Viewport | null {
    return this.#viewport;
  }

  setExtent(extent: PlanExtent, hasSeats: HasSeats): void {
    this.#extent = extent;
    this.#hasSeats = hasSeats;
    this.#moved();
  }

  /** `controlBoxes` lie over corners of the map, and the whole plan has no seats below them. */
  setSize(size: Size, controlBoxes: readonly Bounds[]): void {
    this.#size = size;
    this.#controlBoxes = controlBoxes;
    this.#moved();
  }

  /** Set what lies over the map now: the plan can be dragged out from below it. */
  setCovers(covers: readonly Bounds[]): void {
    if (this.#size !== null) this.#insets = insetsOf(covers, this.#size);
  }

  /**
   * Subscribe to every move, before paint; also called with the current view. Returns an
   * unsubscribe function.
   */
  onMove(listener: MoveListener): () => void {
    this.#moveListeners.add(listener);
    if (this.#viewport !== null && this.#size !== null) listener(this.#viewport, this.#size);
    return () => {
      this.#moveListeners.delete(listener);
    };
  }

  readonly getSettled = (): SettledView | null => this.#settled;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  };

  #moved(): void {
    if (this.#size === null) return;
    const insets = this.#insets;
    const fitted = fitClear(this.#extent.bounds, this.#size, this.#controlBoxes, this.#hasSeats);
    this.#viewport = confine(this.#chosen ?? fitted, this.#extent, this.#size, insets);
    this.controls.setView({
      viewport: this.#viewport,
      extent: this.#extent,
      screen: this.#size,
      ...{ fitted, insets },
    });
    for (const listener of this.#moveListeners) listener(this.#viewport, this.#size);
    clearTimeout(this.#timer);
    if (this.#settled === null) {
      this.#settle();
    } else {
      this.#timer = setTimeout(() => {
        this.#settle();
      }, SETTLE_MS);
    }
  }

  #settle(): void {
    if (this.#viewport === null || this.#size === null) return;
    this.#settled = {
      viewport: this.#viewport,
      size: this.#size,
      isFitted: this.#chosen === null,
    };
    for (const listener of this.#listeners) listener();
  }
}
