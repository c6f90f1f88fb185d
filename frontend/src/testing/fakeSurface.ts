import type { Context, CreateSurface } from '@/canvas/surface';

/** One copy operation. */
export interface Copy {
  readonly onto: object;
  readonly from: object;
}

/** Surfaces that draw nothing but record copies between them. They refuse what browsers refuse. */
export class FakeSurfaces {
  /** Copies that are still visible: clearing a surface removes them. */
  readonly copies: Copy[] = [];

  readonly create: CreateSurface = (width, height) => {
    const canvas = { width, height };
    const known: Record<string, unknown> = {
      canvas,
      fillStyle: '#000000',
      drawImage: (from: object) => {
        this.copies.push({ onto: canvas, from });
      },
      clearRect: (x: number, y: number, clearedWidth: number, clearedHeight: number) => {
        const isAll = x <= 0 && y <= 0 && clearedWidth >= width && clearedHeight >= height;
        if (isAll) this.#forget(canvas);
      },
      arc: (_x: number, _y: number, radius: number) => {
        if (radius < 0) throw new RangeError(`The radius is negative: ${radius}`);
      },
      measureText: (text: string) => ({ width: 6 * text.length }),
    };
    return new Proxy(known, {
      get: (target, name) => (typeof name === 'string' && name in target ? target[name] : nothing),
      set: () => true,
    }) as unknown as Context;
  };

  #forget(canvas: object): void {
    const left = this.copies.filter(({ onto }) => onto !== canvas);
    this.copies.splice(0, this.copies.length, ...left);
  }
}

function nothing(): void {
  // Not recorded.
}
