import type { Palette } from '@/canvas/palette';
import { drawPins } from '@/canvas/pins';
import { type Scene, showsAreas } from '@/canvas/scene';
import { paintOwn } from '@/canvas/seatSprites';
import type { Context, Placement } from '@/canvas/surface';
import { toScreen } from '@/canvas/viewport';
import { type DisplayStatus, isAskedFor, type MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';

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
  /** How long a hold lasts. */
  readonly lockMs: number;
  readonly nowMs: number;
  readonly reducedMotion: boolean;
}

const PULSE_MS = 700;
/** More pulses at once would flicker. */
const MAX_PULSES = 150;
const WAIT_MS = 900;
const SECOND_MS = 1000;
/** The rest of a hold whose ring is drawn as urgent. */
const URGENT_MS = 60_000;
/** The ring around own seats, in seat radii: its centre line and width. */
const RING = { radius: 1.14, width: 0.17, urgentWidth: 0.27 } as const;
const MIN_RING_PX = 1.25;
/** The least radius of own seats, in CSS pixels: among small seats they are drawn larger. */
const MIN_OWN_PX = 8.5;
/** Pins over areas, in parts of those on thumbnails. */
const PIN_SIZE = 1.3;
const TOP = -Math.PI / 2;
/** The dashed ring around offered seats, in seat radii: one's own have a closed one. */
const OFFERED = { radius: 1.32, dash: 0.46, gap: 0.3 } as const;
/** The mark of seats that a promo code opens, in seat radii: a dot at their upper right. */
const OPENED = { away: 0.8, radius: 0.36, edge: 0.12 } as const;
/** The ring around the hovered seat, in CSS pixels: outside it, so that it shows on any colour. */
const HOVER_PX = 2;
const HOVER_GAP_PX = 2.5;
/** Dashes of the ring of a seat that is asked for but not held yet, in seat radii. */
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
  #opened: readonly number[] = [];

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
    this.#mine = [...maybe].filter((index) => isOwnSeat(seats[index]));
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

  /** Set the seats that a promo code opens. */
  setOpened(opened: readonly number[]): void {
    this.#opened = opened;
  }

  /** Draw the layer. Returns the milliseconds until it must be redrawn; null for never. */
  draw(context: Context, frame: HighlightFrame): number | null {
    const { scene, at, nowMs } = frame;
    const radiusPx = scene.plan.seat_radius * at.scale;
    if (showsAreas(scene, radiusPx / frame.pixelRatio)) {
      this.#drawPins(context, frame);
      return null;
    }
    this.#pulses = this.#pulses.filter(({ startedMs }) => nowMs - startedMs < PULSE_MS);
    for (const pulse of this.#pulses) drawPulse(context, frame, pulse, radiusPx);
    let nextDrawMs = this.#pulses.length > 0 ? 0 : null;
    for (const index of this.#mine) {
      const seat = this.#seats[index];
      if (seat !== undefined) nextDrawMs = sooner(nextDrawMs, this.#drawOwn(context, frame, seat));
    }
    for (const index of this.#opened) this.#drawOpened(context, frame, index);
    for (const index of this.#offered) this.#drawOffered(context, frame, index);
    if (this.#hovered !== null && this.#seats[this.#hovered]?.status === 'available') {
      const gapPx = HOVER_GAP_PX * frame.pixelRatio;
      this.#drawRing(context, frame, this.#hovered, radiusPx + gapPx, HOVER_PX * frame.pixelRatio);
    }
    if (this.#focused !== null) {
      const width = Math.max(0.34 * radiusPx, 1.5);
      this.#drawRing(context, frame, this.#focused, 1.02 * radiusPx, width);
    }
    return nextDrawMs;
  }

  /** Areas hide the seats: show where one's own are. */
  #drawPins(context: Context, { at, scene, palette, pixelRatio }: HighlightFrame): void {
    const points = this.#mine.flatMap((index) => {
      const seat = scene.facts[index];
      return seat === undefined ? [] : toScreen(at, seat);
    });
    drawPins(context, points, {
      nearPx: 0,
      awayPx: 0,
      height: context.canvas.height,
      color: palette.mine,
      ground: palette.onMine,
      size: PIN_SIZE * pixelRatio,
    });
  }

  /** Draw an own seat's ring, and the seat itself if the tile has it too small. The ring empties clockwise as the hold runs out. */
  #drawOwn(context: Context, frame: HighlightFrame, seat: MapSeat): number | null {
    const { at, scene, palette, pixelRatio, lockMs, nowMs, reducedMotion } = frame;
    const seatPx = scene.plan.seat_radius * at.scale;
    const radiusPx = Math.max(seatPx, MIN_OWN_PX * pixelRatio);
    const { x, y } = toScreen(at, seat.facts);
    if (radiusPx > seatPx) {
      context.save();
      context.translate(x, y);
      context.scale(radiusPx, radiusPx);
      paintOwn(context, palette, true);
      context.restore();
    }
    const isWaiting = seat.pending && !reducedMotion;
    const leftMs = seat.until === null ? null : Math.max(seat.until - this.#clock.now(), 0);
    const isTimed = !seat.pending && leftMs !== null;
    const isUrgent = isTimed && leftMs <= URGENT_MS;
    const width = isUrgent ? RING.urgentWidth : RING.width;
    context.lineCap = 'butt';
    context.lineWidth = Math.max(width * radiusPx, MIN_RING_PX * pixelRatio);
    context.globalAlpha = isWaiting ? 0.6 + 0.4 * Math.cos((nowMs / WAIT_MS) * 2 * Math.PI) : 1;
    context.strokeStyle = palette.mineHalo;
    circle(context, x, y, RING.radius * radiusPx);
    if (isAskedFor(seat)) {
      context.setLineDash([ASKED_DASH * radiusPx, ASKED_DASH * radiusPx]);
      context.stroke();
      context.setLineDash([]);
    } else {
      context.stroke();
    }
    context.globalAlpha = 1;
    if (isTimed) {
      const share = Math.min(leftMs / lockMs, 1);
      context.strokeStyle = isUrgent ? palette.urgent : palette.mine;
      context.beginPath();
      context.arc(x, y, RING.radius * radiusPx, TOP + 2 * Math.PI * (1 - share), TOP + 2 * Math.PI);
      context.stroke();
    }
    if (isWaiting) return 0;
    return isTimed && leftMs > 0 ? leftMs % SECOND_MS || SECOND_MS : null;
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
    circle(context, x, y, radiusPx * OFFERED.radius);
    context.strokeStyle = palette.ink;
    context.lineWidth = Math.max(0.2 * radiusPx, 2 * pixelRatio);
    context.lineCap = 'butt';
    context.setLineDash([OFFERED.dash * radiusPx, OFFERED.gap * radiusPx]);
    context.stroke();
    context.setLineDash([]);
  }

  #drawOpened(context: Context, { at, scene, palette }: HighlightFrame, index: number) {
    const seat = this.#seats[index];
    if (seat?.status !== 'available') return;
    const radiusPx = scene.plan.seat_radius * at.scale;
    const { x, y } = toScreen(at, seat.facts);
    const away = OPENED.away * radiusPx;
    for (const [radius, color] of [
      [OPENED.radius + OPENED.edge, palette.ground],
      [OPENED.radius, palette.accent],
    ] as const) {
      circle(context, x + away, y - away, radius * radiusPx);
      context.fillStyle = color;
      context.fill();
    }
  }

  #drawRing(
    context: Context,
    { at, palette }: HighlightFrame,
    index: number,
    radiusPx: number,
    widthPx: number,
  ) {
    const seat = this.#seats[index];
    if (seat === undefined) return;
    const { x, y } = toScreen(at, seat.facts);
    circle(context, x, y, radiusPx);
    context.strokeStyle = palette.ink;
    context.lineWidth = widthPx;
    context.stroke();
  }
}

/** Places of standing areas have no position of their own. */
function isOwnSeat(seat: MapSeat | undefined): boolean {
  return seat?.status === 'mine' && !seat.facts.isPlace;
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
  // A late frame has the time when it was due, which may be before the change.
  const share = Math.max((nowMs - startedMs) / PULSE_MS, 0);
  circle(context, x, y, radiusPx * (1 + 0.9 * share));
  context.globalAlpha = Math.max(0, 0.9 * (1 - share));
  context.strokeStyle = pulseColor(status, palette);
  context.lineWidth = Math.max(radiusPx * 0.22, 1);
  context.stroke();
  context.globalAlpha = 1;
}

/** The mark's colour for what was taken, since the seat itself is pale. */
function pulseColor(status: DisplayStatus, palette: Palette): string {
  switch (status) {
    case 'available':
    case 'unknown':
      return palette.planInk;
    case 'locked':
      return palette.onLocked;
    case 'reserved':
      return palette.onReserved;
    case 'mine':
    case 'blocked':
      return palette[status];
  }
}

function circle(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function sooner(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
