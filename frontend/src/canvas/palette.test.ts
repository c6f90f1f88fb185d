import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { contrast } from '@/canvas/contrast';
import { type Palette, toneOf } from '@/canvas/palette';
import { colorDistance } from '@/testing/colorDistance';

const CSS = readFileSync(new URL('../app/theme.css', import.meta.url), 'utf8');
const [LIGHT = '', DARK = ''] = CSS.split('@media');
/** The demo's categories, and colours that disappear on one ground or the other. */
const CATEGORIES = ['#7c3aed', '#d97706', '#be185d', '#f59e0b', '#0e7490', '#a16207', '#dc2626'];
const EXTREMES = [
  '#fff',
  '#ffff00',
  '#000000',
  '#0f172a',
  'rgba(124, 58, 237, 0.3)',
  'rgb(0, 0, 64)',
];

/** The colours that we give to categories, by where they are. */
const OWN = {
  stadium: /^COLORS = \{([^}]*)\}/ms.exec(source('reservations/demo/stadium.py'))?.[1],
  imports: /^COLORS = \(([^)]*)\)/ms.exec(source('reservations/plans/csv_format/reading.py'))?.[1],
  editor: /^const COLORS = \[([^\]]*)\]/ms.exec(
    source('frontend/src/features/editor/panels/CategoriesPanel.tsx'),
  )?.[1],
};

function source(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

function themed(css: string): (variable: string) => string {
  return (variable) => {
    const color = new RegExp(`--${variable}: (#[0-9a-f]+);`).exec(css)?.[1];
    if (color === undefined) throw new Error(`The theme has no --${variable}`);
    return color;
  };
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('in the %s theme', (_, css) => {
  const color = themed(css);
  const [ground, block] = [color('map-ground'), color('map-block')];
  const palette = { ground, block, seat: color('seat'), seatInk: color('seat-ink') } as Palette;
  const onGround = (variable: string) => contrast(color(variable), ground) ?? 0;
  const tones = [null, ...CATEGORIES, ...EXTREMES].map((wanted) => toneOf(wanted, palette));

  it('the ground is that of the page', () => {
    expect(ground).toBe(color('page'));
  });

  it('what can be bought stands out from the ground and from blocks', () => {
    for (const { fill, edge, ink } of tones) {
      expect(contrast(fill, ground)).toBeGreaterThanOrEqual(3);
      expect(contrast(edge, block)).toBeGreaterThanOrEqual(3);
      expect(contrast(ink, fill)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(Object.entries(OWN))('categories with our colours are told apart: %s', (_where, text) => {
    const fills = [...(text ?? '').matchAll(/#[0-9a-f]{6}/g)].map(
      ([wanted]) => toneOf(wanted, palette).fill,
    );
    expect(fills.length).toBeGreaterThan(5);
    for (const [at, fill] of fills.entries()) {
      for (const other of fills.slice(at + 1)) {
        expect(colorDistance(fill, other), `${fill} ${other}`).toBeGreaterThanOrEqual(0.12);
      }
    }
  });

  it('what is taken recedes', () => {
    const least = Math.min(...tones.map(({ fill }) => contrast(fill, ground) ?? 0));
    for (const taken of ['locked', 'reserved', 'blocked', 'area-sold-out']) {
      expect(onGround(taken)).toBeLessThan(0.75 * least);
    }
  });

  it("one's own stands above all", () => {
    const others = [null, ...CATEGORIES].map((wanted) => toneOf(wanted, palette).fill);
    const most = Math.max(...others.map((fill) => contrast(fill, ground) ?? 0));
    expect(onGround('mine')).toBeGreaterThan(1.2 * most);
  });
});

it('keeps colours that stand out already', () => {
  const palette = { ground: '#ffffff', block: '#ffffff' } as Palette;
  expect(toneOf('#7c3aed', palette)).toEqual({ fill: '#7c3aed', edge: '#7c3aed', ink: '#ffffff' });
});
