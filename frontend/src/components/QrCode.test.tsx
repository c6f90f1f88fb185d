import { render, screen } from '@testing-library/react';
import { encode } from 'uqr';
import { expect, it } from 'vitest';

import { QrCode } from '@/components/QrCode';

const TEXT = 'https://seats.example/tickets/31-Zk9qV2xA';

it('draws each dark module once and nothing else', () => {
  render(<QrCode text={TEXT} label="The code" />);
  const image = screen.getByRole('img', { name: 'The code' });
  const { size, data } = encode(TEXT, { ecc: 'M', border: 4 });
  expect(image.getAttribute('viewBox')).toBe(`0 0 ${size} ${size}`);
  const drawn = data.map((row) => row.map(() => 0));
  const outline = image.querySelector('path')?.getAttribute('d') ?? '';
  for (const [, x, y, length] of outline.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    const row = drawn[Number(y)] ?? [];
    for (let at = Number(x); at < Number(x) + Number(length); at += 1) row[at] = (row[at] ?? 0) + 1;
  }
  expect(drawn).toEqual(data.map((row) => row.map(Number)));
});
