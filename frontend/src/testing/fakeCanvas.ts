import type { PlanCanvas } from '@/canvas/drawShapes';

interface Filled {
  readonly color: string;
  /** What was filled: so many squares or discs, or words. */
  readonly what: 'squares' | 'discs' | 'words' | 'outline';
  readonly count: number;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Stands in for the browser's canvas and remembers what was painted, in order. */
export class FakeCanvas implements PlanCanvas {
  readonly filled: Filled[] = [];
  /** The discs of each fill. */
  readonly discs: (readonly Spot[])[] = [];
  readonly words: string[] = [];
  fillStyle = '';
  strokeStyle = '';
  font = '';
  lineWidth = 1;
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  #path: Spot[] = [];

  beginPath(): void {
    this.#path = [];
  }

  arc(x: number, y: number, radius: number): void {
    this.#path.push({ x, y, radius });
  }

  fill(): void {
    this.discs.push(this.#path);
    const what = this.#path.length === 0 ? 'outline' : 'discs';
    this.filled.push({ color: this.fillStyle, what, count: this.#path.length });
  }

  fillRect(): void {
    const last = this.filled.at(-1);
    if (last?.what === 'squares' && last.color === this.fillStyle) {
      this.filled[this.filled.length - 1] = { ...last, count: last.count + 1 };
    } else {
      this.filled.push({ color: this.fillStyle, what: 'squares', count: 1 });
    }
  }

  fillText(text: string): void {
    this.words.push(text);
  }

  measureText(text: string): TextMetrics {
    const width = text.length * 0.55 * Number(/(\d+(\.\d+)?)px/.exec(this.font)?.[1] ?? 10);
    return { width } as TextMetrics;
  }

  clearRect(): void {
    // Only what is painted is remembered.
  }

  closePath(): void {
    // An outline's own points are not remembered.
  }

  ellipse(): void {
    // As above.
  }

  lineTo(): void {
    // As above.
  }

  moveTo(): void {
    // As above.
  }

  roundRect(): void {
    // As above.
  }

  restore(): void {
    // Places are remembered as they are given.
  }

  rotate(): void {
    // As above.
  }

  save(): void {
    // As above.
  }

  setTransform(): void {
    // As above.
  }

  stroke(): void {
    // Lines are not remembered.
  }

  translate(): void {
    // As above.
  }
}
