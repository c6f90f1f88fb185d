import { confine, fit, type PlanExtent, reveal, type Viewport } from '@/canvas/viewport';
import type { Bounds, Size } from '@/domain/geometry';
import { MapControls } from '@/components/map/mapControls';

/** The view after the last movement. */
export interface SettledView {
  readonly viewport: Viewport;
  readonly size: Size;
  /** Whether the whole plan is shown and follows resizes, until the user zooms or drags. */
  readonly isFitted: boolean;
}

/** A part of the plan to show although something lies over the lower edge of the map. */
export interface Room {
  readonly part: Bounds;
  readonly coveredPx: number;
}

type MoveListener = (viewport: Viewport, size: Size) => void;

const SETTLE_MS = 120;
/** Between the seats to show and what covers the map. */
const ROOM_MARGIN_PX = 20;

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
  #room: Room | null = null;
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
   * Move a part of the plan out from below what covers the lower edge, with seats of at least this
   * radius. Null when nothing covers it any more. Returns whether the map moves.
   */
  makeRoom(room: Room | null, minRadiusPx: number): boolean {
    const before = this.#viewport;
    this.#room = room;
    this.#moved();
    return room !== null && this.#chosen !== null
      ? this.controls.animateIntoView(room.part, minRadiusPx)
      : before?.top !== this.#viewport?.top;
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
    const coveredPx = this.#room?.coveredPx ?? 0;
    this.#viewport = confine(
      this.#chosen ?? this.#fitted(this.#size),
      this.#extent,
      this.#size,
      coveredPx,
    );
    this.controls.setView({
      viewport: this.#viewport,
      extent: this.#extent,
      screen: this.#size,
      coveredPx,
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

  /** The whole plan, raised if what must be shown would be covered. */
  #fitted(size: Size): Viewport {
    const whole = fit(this.#extent.bounds, size);
    if (this.#room === null) return whole;
    const { part, coveredPx } = this.#room;
    return reveal(whole, part, { ...size, height: size.height - coveredPx }, ROOM_MARGIN_PX);
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
