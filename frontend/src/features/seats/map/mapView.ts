import { confine, fit, type PlanExtent, type Viewport } from '@/canvas/viewport';
import type { Size } from '@/domain/geometry';
import { MapControls } from '@/features/seats/map/mapControls';

/** Where the map came to rest. */
export interface SettledView {
  readonly viewport: Viewport;
  readonly size: Size;
  /** All of the plan shows, at any size of window, until somebody zooms or drags. */
  readonly isFitted: boolean;
}

type MoveListener = (viewport: Viewport, size: Size) => void;

const SETTLE_MS = 120;

/**
 * What part of the plan shows. Every move is told at once to who draws; the rest of the page hears
 * of it when the map has come to rest, so that a drag costs no rendering.
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

  /** Null until the size on screen is known. */
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

  /** The listener is called for each move, before the browser paints, and for where the map is now. */
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
