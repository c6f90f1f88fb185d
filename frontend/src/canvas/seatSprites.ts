import { GLYPHS } from '@/canvas/glyphs';
import type { Palette } from '@/canvas/palette';
import type { Context, CreateSurface } from '@/canvas/surface';
import type { DisplayStatus } from '@/domain/seatMap/seats';

/** In seat radii: the extent of a seat's drawing from its centre. */
export const SEAT_REACH = 1.05;
/** Radius in device pixels below which marks are too small to draw. */
const GLYPH_FROM_PX = 4.5;

/**
 * Draws seats. Each combination of status and ring colour is drawn once per size and then copied.
 */
export class SeatSprites {
  readonly #radiusPx: number;
  readonly #palette: Palette;
  readonly #create: CreateSurface;
  readonly #sprites = new Map<string, Context>();

  /** `radiusPx` is in device pixels. */
  constructor(radiusPx: number, palette: Palette, create: CreateSurface) {
    this.#radiusPx = radiusPx;
    this.#palette = palette;
    this.#create = create;
  }

  /** Draw a seat centred on a point, in device pixels. */
  draw(
    context: Context,
    status: DisplayStatus,
    ringColor: string | null,
    x: number,
    y: number,
  ): void {
    const sprite = this.#sprite(status, ringColor);
    const half = sprite.canvas.width / 2;
    // Copy to whole pixels, which avoids smoothing.
    context.drawImage(sprite.canvas, Math.round(x - half), Math.round(y - half));
  }

  #sprite(status: DisplayStatus, ringColor: string | null): Context {
    const isRinged = status === 'available' || status === 'locked';
    const key = isRinged ? `${status} ${ringColor ?? ''}` : status;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) {
      const size = 2 * Math.ceil(this.#radiusPx * SEAT_REACH + 0.5);
      sprite = this.#create(size, size);
      sprite.translate(size / 2, size / 2);
      sprite.scale(this.#radiusPx, this.#radiusPx);
      this.#paint(sprite, status, isRinged ? ringColor : null);
      this.#sprites.set(key, sprite);
    }
    return sprite;
  }

  /** Colours and shapes by status; shape and mark differ too, so that colour is not needed. */
  #paint(context: Context, status: DisplayStatus, ringColor: string | null): void {
    const palette = this.#palette;
    const hasRoom = this.#radiusPx >= GLYPH_FROM_PX;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    switch (status) {
      case 'available':
        disc(context, 0.84, palette.seat);
        ring(context, 0.84, 0.17, ringColor ?? palette.seatEdge);
        break;
      case 'mine':
        disc(context, 1, palette.mine);
        if (hasRoom) stroke(context, GLYPHS.mine, palette.onMine, 0.24);
        break;
      case 'locked':
        disc(context, 0.92, palette.locked);
        if (hasRoom) stroke(context, GLYPHS.locked, palette.onLocked, 0.16);
        else stroke(context, GLYPHS.bar, palette.onLocked, 0.4);
        break;
      case 'reserved':
        context.fillStyle = palette.reserved;
        context.beginPath();
        context.roundRect(-0.86, -0.86, 1.72, 1.72, 0.42);
        context.fill();
        if (hasRoom) {
          context.fillStyle = palette.onReserved;
          context.fill(new Path2D(GLYPHS.reserved));
        }
        break;
      case 'blocked':
        context.setLineDash(hasRoom ? [0.28, 0.2] : []);
        ring(context, 0.62, 0.12, palette.blocked);
        context.setLineDash([]);
        if (hasRoom) stroke(context, GLYPHS.blocked, palette.blocked, 0.14);
        break;
    }
  }
}

function disc(context: Context, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

function ring(context: Context, radius: number, width: number, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.stroke();
}

function stroke(context: Context, path: string, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(new Path2D(path));
}
