import type { Context, CreateSurface } from '@/lib/map/surface';

/** What was copied onto what, in order. */
export interface Copy {
  readonly onto: object;
  readonly from: object;
}

/** Surfaces that draw nothing and note what is copied from one to the other. */
export class FakeSurfaces {
  readonly copies: Copy[] = [];

  readonly create: CreateSurface = (width, height) => {
    const canvas = { width, height };
    const known: Record<string, unknown> = {
      canvas,
      drawImage: (from: object) => {
        this.copies.push({ onto: canvas, from });
      },
      measureText: (text: string) => ({ width: 6 * text.length }),
    };
    return new Proxy(known, {
      get: (target, name) => (typeof name === 'string' && name in target ? target[name] : nothing),
      set: () => true,
    }) as unknown as Context;
  };
}

function nothing(): void {
  // Nothing is drawn.
}
