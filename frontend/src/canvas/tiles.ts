import type { Context, CreateSurface, Placement } from '@/canvas/surface';
import type { Bounds, Size } from '@/domain/geometry';

/** Side of a tile in device pixels. */
const TILE = 512;
/** While zooming, tiles are stretched up to this factor before they are redrawn. */
const MAX_STRETCH = 2.2;
/** Tiles stretched further than this show nothing but blurs; missing ones are drawn at once. */
const MAX_BLUR = 5;
/** The time for that: one late frame, after a jump. */
const JUMP_BUDGET_MS = 120;
/** Off-screen tiles to keep for panning back. */
const SPARE_TILES = 24;

/** Draw a part of the plan on a cleared surface. */
export type Paint = (context: Context, at: Placement, box: Bounds) => void;

/** The tiles of one scale, drawn when they first come into view. */
interface Level {
  readonly scale: number;
  readonly tiles: Map<string, Tile>;
}

interface Tile {
  readonly column: number;
  readonly row: number;
  readonly context: Context;
}

/**
 * Cache of drawn tiles, so that panning only copies. New tiles are drawn a few per frame, from the
 * centre outwards; until then the previous scale's tiles are shown.
 */
export class Tiles {
  readonly #paint: Paint;
  readonly #createSurface: CreateSurface;
  readonly #now: () => number;
  #level: Level | null = null;
  #previous: Level | null = null;
  #spare: Context[] = [];

  constructor(paint: Paint, createSurface: CreateSurface, now: () => number) {
    this.#paint = paint;
    this.#createSurface = createSurface;
    this.#now = now;
  }

  /**
   * Copy the tiles in view at `at` to a screen of `size` device pixels, and draw missing ones for
   * about `budgetMs`, longer after a jump to another scale.
   */
  draw(
    screen: Context,
    at: Placement,
    size: Size,
    isZooming: boolean,
    budgetMs: number,
  ): { readonly isComplete: boolean; readonly isSharp: boolean } {
    const level = this.#levelFor(at.scale, isZooming);
    const missing = this.#missing(level, at, size);
    const isJump = this.#previous !== null && isBlurred(at.scale / this.#previous.scale);
    const below = missing.length > 0 && !isJump ? this.#previous : null;
    if (below !== null) copy(screen, below, at, size);
    copy(screen, level, at, size, below !== null);
    const deadline = this.#now() + (isJump ? Math.max(budgetMs, JUMP_BUDGET_MS) : budgetMs);
    let left = missing.length;
    for (const { column, row } of missing) {
      // Copy immediately: canvas drawing may be deferred until its result is needed, and would not
      // count towards the budget.
      copyTile(screen, level, this.#add(level, column, row), at, below !== null);
      left -= 1;
      if (this.#now() >= deadline) break;
    }
    if (left === 0 && this.#previous !== null) {
      screen.clearRect(0, 0, size.width, size.height);
      copy(screen, level, at, size);
      this.#retire(this.#previous);
      this.#previous = null;
    }
    this.#evict(level, at, size);
    return { isComplete: left === 0, isSharp: level.scale === at.scale };
  }

  /** Redraw a part of the plan on all levels for which `isAffected(scale)` holds. */
  repaint(box: Bounds, isAffected: (scale: number) => boolean): void {
    for (const level of [this.#level, this.#previous]) {
      if (level !== null && isAffected(level.scale)) this.#repaintOn(level, box);
    }
  }

  /** Discard all tiles. */
  clear(): void {
    for (const level of [this.#level, this.#previous]) if (level !== null) this.#retire(level);
    this.#level = this.#previous = null;
  }

  #levelFor(scale: number, isZooming: boolean): Level {
    const level = this.#level;
    if (level !== null) {
      const stretch = scale / level.scale;
      const mayStretch = stretch < MAX_STRETCH && stretch > 1 / MAX_STRETCH;
      if (stretch === 1 || (isZooming && mayStretch)) return level;
      // A level with few tiles is no better than the previous one.
      if (this.#previous === null || level.tiles.size > 3) {
        if (this.#previous !== null) this.#retire(this.#previous);
        this.#previous = level;
      } else {
        this.#retire(level);
      }
    }
    this.#level = { scale, tiles: new Map() };
    return this.#level;
  }

  #missing(level: Level, at: Placement, size: Size): { column: number; row: number }[] {
    const { first, last } = tilesInView(level, at, size);
    const found = [];
    for (let row = first.row; row <= last.row; row++) {
      for (let column = first.column; column <= last.column; column++) {
        if (!level.tiles.has(keyOf(column, row))) found.push({ column, row });
      }
    }
    const [x, y] = [(first.column + last.column) / 2, (first.row + last.row) / 2];
    const away = (tile: { column: number; row: number }) =>
      Math.hypot(tile.column - x, tile.row - y);
    return found.sort((a, b) => away(a) - away(b));
  }

  #add(level: Level, column: number, row: number): Tile {
    const context = this.#spare.pop() ?? this.#createSurface(TILE, TILE);
    const at = { scale: level.scale, left: -column * TILE, top: -row * TILE };
    this.#paint(context, at, boxOf(at, 0, 0, TILE, TILE));
    const tile = { column, row, context };
    level.tiles.set(keyOf(column, row), tile);
    return tile;
  }

  #repaintOn(level: Level, box: Bounds): void {
    // Rounded outwards to whole pixels, so that no old edge remains.
    const left = Math.floor(box.x * level.scale) - 1;
    const top = Math.floor(box.y * level.scale) - 1;
    const right = Math.ceil((box.x + box.width) * level.scale) + 1;
    const bottom = Math.ceil((box.y + box.height) * level.scale) + 1;
    for (let row = Math.floor(top / TILE); row <= Math.floor(bottom / TILE); row++) {
      for (let column = Math.floor(left / TILE); column <= Math.floor(right / TILE); column++) {
        const tile = level.tiles.get(keyOf(column, row));
        if (tile === undefined) continue;
        const at = { scale: level.scale, left: -column * TILE, top: -row * TILE };
        const { context } = tile;
        // Only what is on this tile: a large box would be drawn whole on each.
        const [x, y] = [Math.max(left + at.left, 0), Math.max(top + at.top, 0)];
        const width = Math.min(right + at.left, TILE) - x;
        const height = Math.min(bottom + at.top, TILE) - y;
        context.save();
        context.beginPath();
        context.rect(x, y, width, height);
        context.clip();
        context.clearRect(x, y, width, height);
        this.#paint(context, at, boxOf(at, x, y, width, height));
        context.restore();
      }
    }
  }

  #evict(level: Level, at: Placement, size: Size): void {
    const { first, last } = tilesInView(level, at, size);
    const inView = (last.row - first.row + 1) * (last.column - first.column + 1);
    let surplus = level.tiles.size - inView - SPARE_TILES;
    for (const [key, { column, row, context }] of level.tiles) {
      if (surplus <= 0) return;
      if (column >= first.column && column <= last.column && row >= first.row && row <= last.row) {
        continue;
      }
      level.tiles.delete(key);
      this.#free(context);
      surplus -= 1;
    }
  }

  #retire(level: Level): void {
    for (const { context } of level.tiles.values()) this.#free(context);
    level.tiles.clear();
  }

  #free(context: Context): void {
    if (this.#spare.length >= SPARE_TILES) return;
    context.clearRect(0, 0, TILE, TILE);
    this.#spare.push(context);
  }
}

function isBlurred(stretch: number): boolean {
  return stretch > MAX_BLUR || stretch < 1 / MAX_BLUR;
}

function copy(
  screen: Context,
  level: Level,
  at: Placement,
  size: Size,
  isOverOthers = false,
): void {
  const { first, last } = tilesInView(level, at, size);
  for (const tile of level.tiles.values()) {
    if (tile.column < first.column || tile.column > last.column) continue;
    if (tile.row < first.row || tile.row > last.row) continue;
    copyTile(screen, level, tile, at, isOverOthers);
  }
}

/** Tiles are transparent, so clear what is below first. */
function copyTile(
  screen: Context,
  level: Level,
  tile: Tile,
  at: Placement,
  isOverOthers: boolean,
): void {
  const { column, row, context } = tile;
  const side = (TILE * at.scale) / level.scale;
  // Whole pixels avoid smoothing.
  const [left, top] = [Math.round(at.left), Math.round(at.top)];
  if (isOverOthers) screen.clearRect(left + column * side, top + row * side, side, side);
  if (side === TILE) {
    screen.drawImage(context.canvas, left + column * TILE, top + row * TILE);
  } else {
    screen.drawImage(context.canvas, left + column * side, top + row * side, side, side);
  }
}

function tilesInView(level: Level, at: Placement, { width, height }: Size) {
  const side = (TILE * at.scale) / level.scale;
  const placeOf = (x: number, y: number) => ({
    column: Math.floor((x - at.left) / side),
    row: Math.floor((y - at.top) / side),
  });
  return { first: placeOf(0, 0), last: placeOf(width, height) };
}

function boxOf(at: Placement, x: number, y: number, width: number, height: number): Bounds {
  return {
    x: (x - at.left) / at.scale,
    y: (y - at.top) / at.scale,
    width: width / at.scale,
    height: height / at.scale,
  };
}

function keyOf(column: number, row: number): string {
  return `${column} ${row}`;
}
