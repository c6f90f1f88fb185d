import { describe, expect, it } from 'vitest';

import type { Shape } from '@/api/types';
import { contrast } from '@/canvas/contrast';
import { drawShapes } from '@/canvas/drawShapes';
import { shapeColors } from '@/canvas/shapeColors';
import { FakeCanvas } from '@/testing/fakeCanvas';

const LIGHT = { ground: '#f6f6f9', ink: '#5d5f70' };
const DARK = { ground: '#101118', ink: '#a3a5b8' };
const BOX: Shape = {
  shape: 'rectangle',
  x: 0,
  y: 0,
  width: 100,
  height: 40,
  rotation: 0,
  color: '#ffffff',
  border_color: '#000000',
  text: { text: 'BAR', size: 10, color: '#000000', x: 50, y: 20 },
};

function colorsOf(changes: Partial<Shape>, theme = DARK) {
  return shapeColors({ ...BOX, ...changes }, theme, (color) => color);
}

function textIn(color: string) {
  return { text: 'BAR', size: 10, color, x: 0, y: 0 };
}

describe('on dark ground', () => {
  it.each(['#ffffff', '#dddddd', '#fff3c4', '#cfe8ff'])(
    'a light fill of %s is dark, with a visible border and readable text',
    (color) => {
      const { fill, border, text } = colorsOf({ color });
      expect(contrast(fill ?? '', DARK.ground)).toBeLessThan(2.5);
      expect(contrast(border ?? '', DARK.ground)).toBeGreaterThanOrEqual(2);
      expect(contrast(text, fill ?? '')).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('fills that differ in lightness still do', () => {
    const [floor, stage] = [colorsOf({}), colorsOf({ color: '#cccccc' })];
    expect(contrast(stage.fill ?? '', floor.fill ?? '')).toBeGreaterThan(1.25);
  });

  it('dark and coloured fills stay as they are, with their text', () => {
    for (const color of ['#334155', '#2f7d46', 'rgba(100, 116, 139, 0.12)']) {
      const { fill, text } = colorsOf({ color, text: textIn('#f8fafc') });
      expect([fill, text]).toEqual([color, '#f8fafc']);
    }
  });

  it('dark text without a fill takes the colour of the theme, light text keeps its own', () => {
    expect(colorsOf({ color: null, text: textIn('#64748b') }).text).toBe(DARK.ink);
    expect(colorsOf({ color: null, text: textIn('#ffeecc') }).text).toBe('#ffeecc');
  });
});

it('on light ground fills and borders stay, and text that cannot be read is replaced', () => {
  expect(colorsOf({}, LIGHT)).toEqual({ fill: '#ffffff', border: '#000000', text: '#000000' });
  expect(colorsOf({ text: textIn('#ffff99') }, LIGHT).text).toBe('#000000');
});

describe('text', () => {
  const label: Shape = {
    shape: 'text',
    x: 0,
    y: 0,
    rotation: 0,
    color: null,
    border_color: null,
    text: textIn('#000000'),
  };

  function wordsAt(
    shape: Shape,
    scale: number,
    pixelRatio: number,
    enlargesLabels = true,
  ): readonly [string[], string] {
    const canvas = new FakeCanvas();
    const style = { ...LIGHT, scale, pixelRatio, fontFamily: 'sans-serif', enlargesLabels };
    drawShapes(canvas, [shape], style);
    return [canvas.words, canvas.font];
  }

  it.each([1, 2])('of an area is as large on a screen of %i× as on others', (ratio) => {
    const [words, font] = wordsAt(label, 0.5 * ratio, ratio);
    expect(words).toEqual(['BAR']);
    expect(font).toContain(`${8 * ratio}px`);
  });

  it('is left out where it would be enlarged by more than twice', () => {
    expect(wordsAt(label, 0.39, 1)[0]).toEqual([]);
    expect(wordsAt(label, 0.79, 1, false)[0]).toEqual([]);
    expect(wordsAt(label, 0.81, 1, false)[0]).toEqual(['BAR']);
  });

  it('shrinks to fit into its shape, as long as it is readable', () => {
    expect(wordsAt({ ...BOX, width: 120 }, 0.1, 1)).toEqual([
      ['BAR'],
      expect.stringMatching(/ 7\.2/),
    ]);
    expect(wordsAt({ ...BOX, width: 100 }, 0.1, 1)[0]).toEqual([]);
  });
});
