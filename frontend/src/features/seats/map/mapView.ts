import { confine, fit, type PlanExtent, type Viewport } from '@/canvas/viewport';
import type { Size } from '@/domain/geometry';
import { MapControls } from '@/features/seats/map/mapControls';

/** The view after the last movement. */
export interface SettledView {
  readonly viewport: Viewport;
  readonly size: Size;
  /** Whether the whole plan is shown and follows resizes, until the user zooms or drags. */
  readonly isFitted: boolean;
}

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
  #size: Size | null = null;
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

  setExtent(extent: PlanExtent): void {
    this.#extent = extent;
    this.#moved();
  }

  setSize(size: Size): void {
    this.#size = size;
    this.#moved();
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
    this.#viewport =
      this.#chosen === null
        ? fit(this.#extent.bounds, this.#size)
        : confine(this.#chosen, this.#extent, this.#size);
    this.controls.setView({ viewport: this.#viewport, extent: this.#extent, screen: this.#size });
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
