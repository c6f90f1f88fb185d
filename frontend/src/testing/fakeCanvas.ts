import type { PlanCanvas } from '@/canvas/drawShapes';

interface Filled {
  readonly color: string;
  /** The kind of fill. */
  readonly what: 'squares' | 'discs' | 'words' | 'outline';
  readonly count: number;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Fake canvas that records fills, in order. */
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

  bezierCurveTo(): void {
    // Not recorded.
  }

  clearRect(): void {
    // Not recorded.
  }

  closePath(): void {
    // Not recorded.
  }

  ellipse(): void {
    // Not recorded.
  }

  lineTo(): void {
    // Not recorded.
  }

  moveTo(): void {
    // Not recorded.
  }

  roundRect(): void {
    // Not recorded.
  }

  restore(): void {
    // Not recorded.
  }

  rotate(): void {
    // Not recorded.
  }

  save(): void {
    // Not recorded.
  }

  setTransform(): void {
    // Not recorded.
  }

  stroke(): void {
    // Not recorded.
  }

  translate(): void {
    // Not recorded.
  }
}
