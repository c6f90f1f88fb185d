import type { Palette } from '@/canvas/palette';
import { type Placement, READABLE_FROM_PX } from '@/canvas/planPainter';
import type { Scene } from '@/canvas/scene';
import type { Context } from '@/canvas/surface';
import { toScreen } from '@/canvas/viewport';
import { type DisplayStatus, isAskedFor, type MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';
import { formatCountdown } from '@/i18n/time';

interface Pulse {
  readonly index: number;
  readonly status: DisplayStatus;
  readonly startedMs: number;
}

export interface HighlightFrame {
  readonly at: Placement;
  readonly scene: Scene;
  readonly palette: Palette;
  readonly pixelRatio: number;
  readonly nowMs: number;
  readonly reducedMotion: boolean;
}

const PULSE_MS = 700;
/** More pulses at once would flicker. */
const MAX_PULSES = 150;
const WAIT_MS = 900;
/** In seat radii. */
const HALO = 1.36;
const OFFERED = 1.3;
/** Dashes of the halo of a seat that is asked for but not held yet. */
const ASKED_DASH = 0.5;

/** The animated layer above the seats: own seats, recent changes, hover and focus. */
export class Highlights {
  readonly #clock: ServerClock;
  #seats: readonly MapSeat[] = [];
  #mine: readonly number[] = [];
  #pulses: Pulse[] = [];
  #hovered: number | null = null;
  #focused: number | null = null;
  #offered: readonly number[] = [];

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** `changed` is null for another hall; `nowMs` is null under reduced motion. */
  setSeats(
    seats: readonly MapSeat[],
    changed: readonly number[] | null,
    nowMs: number | null,
  ): void {
    // Check only candidates: this runs on every change of a large hall.
    const maybe = changed === null ? seats.keys() : new Set([...this.#mine, ...changed]);
    this.#seats = seats;
    this.#mine = [...maybe].filter((index) => seats[index]?.status === 'mine');
    if (nowMs === null) return;
    for (const index of changed ?? []) {
      const status = seats[index]?.status;
      if (status !== undefined) this.#pulses.push({ index, status, startedMs: nowMs });
    }
    this.#pulses = this.#pulses.slice(-MAX_PULSES);
  }

  /** Set the hovered and focused seats. Returns whether they changed. */
  setTargets(hovered: number | null, focused: number | null): boolean {
    if (hovered === this.#hovered && focused === this.#focused) return false;
    [this.#hovered, this.#focused] = [hovered, focused];
    return true;
  }

  /** Set the seats offered instead of others. */
  setOffered(offered: readonly number[]): void {
    this.#offered = offered;
  }

  /** Draw the layer. Returns the milliseconds until it must be redrawn; null for never. */
  draw(context: Context, frame: HighlightFrame): number | null {
    const { scene, at, nowMs } = frame;
    const radiusPx = scene.plan.seat_radius * at.scale;
    this.#pulses = this.#pulses.filter(({ startedMs }) => nowMs - startedMs < PULSE_MS);
    for (const pulse of this.#pulses) drawPulse(context, frame, pulse, radiusPx);
    let nextDrawMs = this.#pulses.length > 0 ? 0 : null;
    for (const index of this.#mine) {
      const seat = this.#seats[index];
      if (seat !== undefined) nextDrawMs = sooner(nextDrawMs, this.#drawOwn(context, frame, seat));
    }
    for (const index of this.#offered) this.#drawOffered(context, frame, index);
    if (this.#hovered !== null && this.#seats[this.#hovered]?.status === 'available') {
      this.#drawRing(context, frame, this.#hovered, 0.12);
    }
    if (this.#focused !== null) this.#drawRing(context, frame, this.#focused, 0.34);
    return nextDrawMs;
  }

  #drawOwn(context: Context, frame: HighlightFrame, seat: MapSeat): number | null {
    const { at, scene, palette, pixelRatio, nowMs, reducedMotion } = frame;
    const radiusPx = scene.plan.seat_radius * at.scale;
    const { x, y } = toScreen(at, seat.facts);
    const isWaiting = seat.pending && !reducedMotion;
    const breath = isWaiting ? 0.6 + 0.4 * Math.cos((nowMs / WAIT_MS) * 2 * Math.PI) : 1;
    circle(context, x, y, (radiusPx * (1 + HALO)) / 2);
    context.globalAlpha = breath;
    context.strokeStyle = palette.mineHalo;
    context.lineWidth = radiusPx * (HALO - 1);
    if (isAskedFor(seat)) context.setLineDash([ASKED_DASH * radiusPx, ASKED_DASH * radiusPx]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    if (isWaiting) return 0;
    if (seat.pending || seat.until === null || radiusPx < READABLE_FROM_PX * pixelRatio)
      return null;
    // If there is room, the countdown replaces the check mark.
    circle(context, x, y, radiusPx * 0.98);
    context.fillStyle = palette.mine;
    context.fill();
    const leftMs = seat.until - this.#clock.now();
    context.fillStyle = palette.onMine;
    context.font = `600 ${0.7 * radiusPx}px ${palette.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(formatCountdown(leftMs), x, y + 0.05 * radiusPx);
    return leftMs <= 0 ? null : leftMs % 1000 || 1000;
  }

  #drawOffered(
    context: Context,
    { at, scene, palette, pixelRatio }: HighlightFrame,
    index: number,
  ) {
    const seat = this.#seats[index];
    if (seat === undefined) return;
    const radiusPx = scene.plan.seat_radius * at.scale;
    const { x, y } = toScreen(at, seat.facts);
    circle(context, x, y, radiusPx * OFFERED);
    context.strokeStyle = palette.mine;
    context.lineWidth = Math.max(0.2 * radiusPx, 2 * pixelRatio);
    context.stroke();
  }

  #drawRing(
    context: Context,
    { at, scene, palette }: HighlightFrame,
    index: number,
    width: number,
  ) {
    const seat = this.#seats[index];
    if (seat === undefined) return;
    const radiusPx = scene.plan.seat_radius * at.scale;
    const { x, y } = toScreen(at, seat.facts);
    circle(context, x, y, radiusPx * 1.02);
    context.strokeStyle = palette.ink;
    context.lineWidth = Math.max(radiusPx * width, 1.5);
    context.stroke();
  }
}

function drawPulse(
  context: Context,
  { at, scene, palette, nowMs }: HighlightFrame,
  { index, status, startedMs }: Pulse,
  radiusPx: number,
): void {
  const facts = scene.facts[index];
  if (facts === undefined) return;
  const { x, y } = toScreen(at, facts);
  const { width, height } = context.canvas;
  if (x < 0 || y < 0 || x > width || y > height) return;
  const share = (nowMs - startedMs) / PULSE_MS;
  circle(context, x, y, radiusPx * (1 + 0.9 * share));
  context.globalAlpha = Math.max(0, 0.9 * (1 - share));
  context.strokeStyle = status === 'available' ? palette.planInk : palette[status];
  context.lineWidth = Math.max(radiusPx * 0.22, 1);
  context.stroke();
  context.globalAlpha = 1;
}

function circle(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function sooner(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
