import { type Bounds, boundsOf, distance, type Point } from '@/domain/geometry';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** Average number of seats in a cell. */
const SEATS_PER_CELL = 8;

/** Spatial index of the seats, without the places of standing areas. */
export class SeatGrid {
  readonly #facts: readonly SeatFacts[];
  readonly #left: number;
  readonly #top: number;
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  /** The seats of cell `c` are `#seats[#starts[c]]` up to, but not including, `#starts[c + 1]`. */
  readonly #starts: Uint32Array;
  readonly #seats: Uint32Array;

  constructor(facts: readonly SeatFacts[], { x, y, width, height }: Bounds) {
    this.#facts = facts;
    [this.#left, this.#top] = [x, y];
    this.#cell = Math.max(Math.sqrt((width * height * SEATS_PER_CELL) / (facts.length + 1)), 1e-6);
    this.#columns = Math.floor(width / this.#cell) + 1;
    this.#rows = Math.floor(height / this.#cell) + 1;
    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#seats = new Uint32Array(facts.length);
    const cells = facts.map((seat) => (seat.isPlace ? null : this.#cellOf(seat)));
    for (const cell of cells)
      if (cell !== null) this.#starts[cell + 1] = (this.#starts[cell + 1] ?? 0) + 1;
    for (let cell = 0; cell < this.#columns * this.#rows; cell++) {
      this.#starts[cell + 1] = (this.#starts[cell + 1] ?? 0) + (this.#starts[cell] ?? 0);
    }
    const next = this.#starts.slice();
    cells.forEach((cell, index) => {
      if (cell === null) return;
      const place = next[cell] ?? 0;
      this.#seats[place] = index;
      next[cell] = place + 1;
    });
  }

  /** Return the indexes of the seats whose centres are in these bounds. */
  within({ x, y, width, height }: Bounds): number[] {
    const found: number[] = [];
    const [left, right] = [this.#column(x), this.#column(x + width)];
    const [top, bottom] = [this.#row(y), this.#row(y + height)];
    for (let row = top; row <= bottom; row++) {
      const first = this.#starts[row * this.#columns + left] ?? 0;
      const end = this.#starts[row * this.#columns + right + 1] ?? 0;
      for (let place = first; place < end; place++) {
        const index = this.#seats[place] ?? 0;
        const seat = this.#facts[index];
        if (seat === undefined) continue;
        if (seat.x < x || seat.x > x + width || seat.y < y || seat.y > y + height) continue;
        found.push(index);
      }
    }
    return found;
  }

  /**
   * Return the nearest of the seats that are `wanted`, at most `reach` from a plan point; null if
   * there is none.
   */
  nearest(
    point: Point,
    reach: number,
    wanted: (index: number) => boolean = () => true,
  ): number | null {
    let nearest: number | null = null;
    let nearestDistance = reach;
    for (const index of this.within(boundsOf([point], reach))) {
      const seat = this.#facts[index];
      if (seat === undefined || !wanted(index)) continue;
      const away = distance(seat, point);
      if (away <= nearestDistance) [nearest, nearestDistance] = [index, away];
    }
    return nearest;
  }

  #cellOf({ x, y }: Point): number {
    return this.#row(y) * this.#columns + this.#column(x);
  }

  #column(x: number): number {
    return clamp(Math.floor((x - this.#left) / this.#cell), this.#columns - 1);
  }

  #row(y: number): number {
    return clamp(Math.floor((y - this.#top) / this.#cell), this.#rows - 1);
  }
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
