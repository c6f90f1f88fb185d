import type { Palette } from '@/canvas/palette';
import type { Context, Placement } from '@/canvas/surface';
import type { Point, Size } from '@/domain/geometry';
import { boundsOfObject } from '@/domain/planDocument/bounds';
import { BACKGROUND, type PlanDocument } from '@/domain/planDocument/document';
import { numberAt, objectAt, textAt } from '@/domain/planDocument/json';

/** In plan units; farther apart when zoomed out, so that dots are at least this many pixels apart. */
const GRID = 25;
const LEAST_GRID_PX = 18;
const DOT_PX = 1.5;

interface BackgroundFrame {
  readonly at: Placement;
  readonly size: Size;
  readonly pixelRatio: number;
  readonly document: PlanDocument;
  readonly palette: Palette;
  readonly draggedBy: Point;
}

/** Draws the picture to trace from, and a grid of dots. */
export class BackgroundLayer {
  readonly #onLoad: () => void;
  #state: readonly unknown[] = [];
  #picture: { readonly href: string; bitmap: ImageBitmap | null } | null = null;

  constructor(onLoad: () => void) {
    this.#onLoad = onLoad;
  }

  /** Whether the picture follows the pointer. */
  isDragged = false;

  /** Whether the picture, or where it is, differs from the last frame. */
  isOther(state: readonly unknown[]): boolean {
    const now = [...state, this.#picture?.bitmap];
    const before = this.#state;
    this.#state = now;
    return now.some((value, place) => value !== before[place]);
  }

  draw(
    context: Context,
    { at, size, pixelRatio, document, palette, draggedBy }: BackgroundFrame,
  ): void {
    context.clearRect(0, 0, size.width, size.height);
    this.#drawPicture(context, at, document, draggedBy);
    drawGrid(context, at, size, pixelRatio, palette);
  }

  #drawPicture(context: Context, at: Placement, document: PlanDocument, by: Point): void {
    const bounds = boundsOfObject(document, BACKGROUND);
    if (bounds === null) return;
    const image = objectAt(document.json, 'background');
    const bitmap = this.#bitmapOf(textAt(image, 'href'));
    if (bitmap === null) return;
    context.globalAlpha = Math.min(Math.max(numberAt(image, 'opacity', 0.5), 0), 1);
    context.drawImage(
      bitmap,
      (bounds.x + by.x) * at.scale + at.left,
      (bounds.y + by.y) * at.scale + at.top,
      bounds.width * at.scale,
      bounds.height * at.scale,
    );
    context.globalAlpha = 1;
  }

  #bitmapOf(href: string): ImageBitmap | null {
    if (this.#picture?.href !== href) {
      const picture = { href, bitmap: null as ImageBitmap | null };
      this.#picture = picture;
      void bitmapFrom(href).then((bitmap) => {
        picture.bitmap = bitmap;
        this.#onLoad();
      });
    }
    return this.#picture.bitmap;
  }
}

/** Decode a data URL without loading it as an address, which the site's policy forbids. */
async function bitmapFrom(href: string): Promise<ImageBitmap | null> {
  const [, type, data] = /^data:(image\/(?:png|jpeg|webp));base64,([\w+/=]+)$/.exec(href) ?? [];
  if (type === undefined || data === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    return await createImageBitmap(new Blob([bytes], { type }));
  } catch {
    return null;
  }
}

function drawGrid(
  context: Context,
  at: Placement,
  size: Size,
  pixelRatio: number,
  palette: Palette,
): void {
  let step = GRID;
  while (step * at.scale < LEAST_GRID_PX * pixelRatio) step *= 4;
  const [dx, side] = [step * at.scale, DOT_PX * pixelRatio];
  const offset = (start: number) => ((start % dx) + dx) % dx;
  context.fillStyle = palette.soldOutEdge;
  for (let y = offset(at.top); y < size.height; y += dx) {
    for (let x = offset(at.left); x < size.width; x += dx) {
      context.fillRect(Math.round(x), Math.round(y), side, side);
    }
  }
}
