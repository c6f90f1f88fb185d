import { render, screen } from '@testing-library/react';
import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';

import { QrCode } from '@/components/QrCode';

const TEXT = 'https://seats.example/tickets/31-Zk9qV2xA';
/** In pixels. */
const MODULE_SIZE = 4;

it('draws each dark module once, so that scanners read the text', () => {
  render(<QrCode text={TEXT} label="The code" />);
  const image = screen.getByRole('img', { name: 'The code' });
  const size = Number(image.getAttribute('viewBox')?.split(' ')[2]);
  const outline = image.querySelector('path')?.getAttribute('d') ?? '';
  const dark = darkModules(outline);
  expect(new Set(dark.map(String)).size).toBe(dark.length);
  expect(decodeQR(pictureOf(dark, size * MODULE_SIZE))).toBe(TEXT);
});

function darkModules(outline: string): [x: number, y: number][] {
  return [...outline.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)].flatMap(([, x, y, length]) =>
    Array.from({ length: Number(length) }, (_, step): [number, number] => [
      Number(x) + step,
      Number(y),
    ]),
  );
}

/** RGBA, black on white. */
function pictureOf(dark: readonly [x: number, y: number][], size: number) {
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [x, y] of dark) {
    for (let row = y * MODULE_SIZE; row < (y + 1) * MODULE_SIZE; row += 1) {
      const start = (row * size + x * MODULE_SIZE) * 4;
      for (let at = start; at < start + MODULE_SIZE * 4; at += 1) {
        if (at % 4 !== 3) data[at] = 0;
      }
    }
  }
  return { data, width: size, height: size };
}
