import { describe, expect, it } from 'vitest';

import { EdgeLabels } from '@/canvas/edgeLabels';
import type { Palette } from '@/canvas/palette';
import type { Scene } from '@/canvas/scene';
import type { Context } from '@/canvas/surface';
import type { Area } from '@/canvas/areas';
import { stadiumScene } from '@/testing/stadium';

const SIZE = { width: 390, height: 470 };
/** Seats of 11 pixels' radius. */
const NEAR = 11 / 8;

interface Drawn {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface Sprite {
  readonly width: number;
  readonly height: number;
  text: string;
}

const stadium = stadiumScene();

/** Draw with the centre of a block in the middle of the screen. */
function drawnAt(name: string, scale = NEAR, scene: Scene = stadium): Drawn[] {
  const { middle } = areaOf(name, scene);
  const drawn: Drawn[] = [];
  const screen = {
    drawImage: ({ text, width, height }: Sprite, x: number, y: number) =>
      drawn.push({ text, x: x + width / 2, y: y + height / 2 }),
  } as unknown as Context;
  const at = {
    scale,
    left: SIZE.width / 2 - middle.x * scale,
    top: SIZE.height / 2 - middle.y * scale,
  };
  new EdgeLabels({
    scene,
    palette: {} as Palette,
    pixelRatio: 1,
    createSurface: surface,
  }).draw(screen, at, SIZE);
  return drawn;
}

function areaOf(name: string, { areas }: Scene): Area {
  const area = areas.find((candidate) => candidate.name === name);
  if (area === undefined) throw new Error(`There is no area ${name}`);
  return area;
}

/** A surface that remembers its text. */
function surface(width: number, height: number): Context {
  const canvas: Sprite = { width, height, text: '' };
  const known: Record<string, unknown> = {
    canvas,
    measureText: (text: string) => ({ width: 7 * text.length }),
    fillText: (text: string) => (canvas.text = text),
  };
  return new Proxy(known, {
    get: (target, name) => (typeof name === 'string' && name in target ? target[name] : () => null),
    set: () => true,
  }) as unknown as Context;
}

describe('inside a block', () => {
  it('its name is at the top', () => {
    const [name, ...others] = drawnAt('104').filter(({ y }) => y < 30);
    expect(name?.text).toBe('104');
    expect(name?.x).toBeCloseTo(SIZE.width / 2, -1);
    expect(others).toEqual([]);
  });

  it('its rows are named on the left, each at its height', () => {
    const rows = drawnAt('104').filter(({ text }) => text !== '104');
    expect(rows.length).toBeGreaterThan(8);
    expect(new Set(rows.map(({ x }) => Math.round(x))).size).toBe(1);
    expect(rows[0]?.x).toBeLessThan(20);
    const middle = areaOf('104', stadium).middle.y;
    for (const { text, y } of rows) {
      const seat = stadium.facts.find(({ section, row }) => section === '104' && row === text);
      expect(y).toBeCloseTo(SIZE.height / 2 + ((seat?.y ?? 0) - middle) * NEAR, -1);
    }
  });

  it('upright rows are named at the top, below the name', () => {
    const rows = drawnAt('213').filter(({ text }) => text !== '213');
    expect(rows.length).toBeGreaterThan(5);
    for (const { y } of rows) expect(y).toBeCloseTo(rows[0]?.y ?? NaN, 0);
    expect(rows[0]?.y).toBeGreaterThan(30);
    expect(rows[0]?.y).toBeLessThan(80);
  });
});

it('draws nothing over areas', () => {
  expect(drawnAt('104', 0.1)).toEqual([]);
});

it('leaves out what the plan names in view', () => {
  const { middle } = areaOf('104', stadium);
  const text = { text: '104', size: 40, color: null, x: 0, y: 0 };
  const sign = {
    shape: 'text',
    ...middle,
    rotation: 0,
    color: null,
    border_color: null,
    text,
  } as const;
  const scene = { ...stadium, plan: { ...stadium.plan, shapes: [sign] } };
  expect(drawnAt('104', NEAR, scene).map((drawn) => drawn.text)).not.toContain('104');
});
