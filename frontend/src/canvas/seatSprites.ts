import { GLYPHS } from '@/canvas/glyphs';
import type { Palette, SeatTone } from '@/canvas/palette';
import type { Context, CreateSurface } from '@/canvas/surface';
import type { DisplayStatus } from '@/domain/seatMap/seats';

type DrawnStatus = Exclude<DisplayStatus, 'unknown'>;

/** In seat radii: the extent of a seat's drawing from its centre. */
export const SEAT_REACH = 1.05;
/** In seat radii. */
const AVAILABLE = { radius: 0.94, edge: 0.14 } as const;
/** Hollow, unlike all others: known by lightness, however colours are seen. See `Highlights`. */
const MINE = { radius: 0.94, edge: 0.26, mark: 0.34 } as const;
const TAKEN = 0.66;
/** Taken seats without a mark, which could pass for free ones: still smaller and paler. */
const UNMARKED = { radius: 0.5, alpha: 0.75 } as const;
/** Radius in device pixels below which marks are too small to draw. */
const TAKEN_GLYPH_FROM_PX = 8;

interface SpriteOptions {
  /** In device pixels. */
  readonly radiusPx: number;
  /** Whether own seats get their number instead of a check mark. */
  readonly hasNumbers: boolean;
  readonly palette: Palette;
  readonly create: CreateSurface;
}

/**
 * Draws seats. Each combination of status and colour is drawn once per size and then copied.
 */
export class SeatSprites {
  readonly #options: SpriteOptions;
  readonly #sprites = new Map<string, Context>();

  constructor(options: SpriteOptions) {
    this.#options = options;
  }

  /** Draw a seat centred on a point, in device pixels. */
  draw(context: Context, status: DrawnStatus, tone: SeatTone, x: number, y: number): void {
    const sprite = this.#sprite(status, tone);
    const half = sprite.canvas.width / 2;
    // Copy to whole pixels, which avoids smoothing.
    context.drawImage(sprite.canvas, Math.round(x - half), Math.round(y - half));
  }

  #sprite(status: DrawnStatus, tone: SeatTone): Context {
    const key = status === 'available' ? `${status} ${tone.fill}` : status;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) {
      const { radiusPx, create } = this.#options;
      const size = 2 * Math.ceil(radiusPx * SEAT_REACH + 0.5);
      sprite = create(size, size);
      sprite.translate(size / 2, size / 2);
      sprite.scale(radiusPx, radiusPx);
      this.#paint(sprite, status, tone);
      this.#sprites.set(key, sprite);
    }
    return sprite;
  }

  /**
   * What can be bought is large and strong, what is taken small and pale. Shape and mark differ by
   * status too, so that colour is not needed.
   */
  #paint(context: Context, status: DrawnStatus, tone: SeatTone): void {
    const { palette, radiusPx, hasNumbers } = this.#options;
    const hasRoom = radiusPx >= TAKEN_GLYPH_FROM_PX;
    const taken = hasRoom ? TAKEN : UNMARKED.radius;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    if (!hasRoom && status !== 'available' && status !== 'mine')
      context.globalAlpha = UNMARKED.alpha;
    switch (status) {
      case 'available':
        disc(context, AVAILABLE.radius, tone.edge);
        disc(context, AVAILABLE.radius - AVAILABLE.edge, tone.fill);
        break;
      case 'mine':
        paintOwn(context, palette, !hasNumbers);
        break;
      case 'locked':
        disc(context, taken, palette.locked);
        context.scale(taken, taken);
        if (hasRoom) stroke(context, GLYPHS.locked, palette.onLocked, 0.2);
        else stroke(context, GLYPHS.bar, palette.onLocked, 0.4);
        break;
      case 'reserved':
        context.scale(taken, taken);
        context.fillStyle = palette.reserved;
        context.beginPath();
        context.roundRect(-0.9, -0.9, 1.8, 1.8, 0.42);
        context.fill();
        if (hasRoom) {
          context.fillStyle = palette.onReserved;
          context.fill(new Path2D(GLYPHS.reserved));
        }
        break;
      case 'blocked':
        context.scale(TAKEN, TAKEN);
        if (hasRoom) stroke(context, GLYPHS.blocked, palette.blocked, 0.24);
        else disc(context, 0.4, palette.blocked);
        break;
    }
  }
}

/** Draw an own seat of radius 1. */
export function paintOwn(context: Context, palette: Palette, hasMark: boolean): void {
  disc(context, MINE.radius, palette.mine);
  disc(context, MINE.radius - MINE.edge, palette.onMine);
  if (hasMark) stroke(context, GLYPHS.mine, palette.mine, MINE.mark);
}

function disc(context: Context, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

function stroke(context: Context, path: string, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(new Path2D(path));
}
