import { describe, expect, it } from 'vitest';

import { EdgeLabels } from '@/canvas/edgeLabels';
import type { Palette } from '@/canvas/palette';
import { type Scene, sceneOf } from '@/canvas/scene';
import type { Context } from '@/canvas/surface';
import type { Area } from '@/canvas/areas';
import { type Bounds, overlap, type Point } from '@/domain/geometry';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';
import { stadiumScene } from '@/testing/stadium';

const SIZE = { width: 390, height: 470 };
/** Seats of 11 pixels' radius. */
const NEAR = 11 / 8;

interface Drawn extends Bounds {
  readonly text: string;
}

interface Sprite {
  readonly width: number;
  readonly height: number;
  text: string;
}

const stadium = stadiumScene();

/** Draw with the centre of a block in the middle of the screen. */
function drawnAt(name: string, scale = NEAR, scene: Scene = stadium): Drawn[] {
  return drawnAround(areaOf(name, scene).middle, scale, scene).map(({ text, ...box }) => ({
    ...{ text, width: box.width, height: box.height },
    ...{ x: box.x + box.width / 2, y: box.y + box.height / 2 },
  }));
}

/** Draw with a point of the plan in the middle of the screen. Returns the labels' boxes there. */
function drawnAround(middle: Point, scale: number, scene: Scene): Drawn[] {
  const drawn: Drawn[] = [];
  const screen = {
    drawImage: ({ text, width, height }: Sprite, x: number, y: number) =>
      drawn.push({ text, x, y, width, height }),
  } as unknown as Context;
  const at = placed(middle, scale);
  new EdgeLabels({
    scene,
    palette: {} as Palette,
    pixelRatio: 1,
    createSurface: surface,
  }).draw(screen, at, SIZE);
  return drawn;
}

function placed({ x, y }: Point, scale: number) {
  return { scale, left: SIZE.width / 2 - x * scale, top: SIZE.height / 2 - y * scale };
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

describe('rows of seats side by side', () => {
  const [RADIUS, PITCH, AISLE] = [10, 25, 60];
  const ROWS = 12;
  const facts = Array.from({ length: ROWS * 40 }, (_, index) => {
    const [row, place] = [Math.floor(index / 40), index % 40];
    const x = PITCH * place + (place < 20 ? 0 : AISLE);
    return factsOf(
      makeSeat(index, {
        ...{ section: '', row: String.fromCharCode(65 + row), number: String(place + 1) },
        ...{ seat_number: `S${index}`, x, y: PITCH * row },
      }),
      index,
    );
  });
  const { plan, categories } = makeEvent();
  const scene = sceneOf({ ...plan, seat_radius: RADIUS, shapes: [] }, categories, facts);
  const middleOf = (place: number) => ({ x: PITCH * place, y: (PITCH * ROWS) / 2 });

  it('keep their numbers visible at every zoom and place', () => {
    let labels = 0;
    for (let scale = 0.7; scale < 5; scale *= 1.2) {
      for (let x = 100; x < 900; x += 13) {
        const at = placed({ x, y: 140 }, scale);
        const numbers = facts.map((seat) => ({
          x: (seat.x - 0.6 * RADIUS) * scale + at.left,
          y: (seat.y - 0.5 * RADIUS) * scale + at.top,
          width: 1.2 * RADIUS * scale,
          height: RADIUS * scale,
        }));
        for (const { text, ...box } of drawnAround({ x, y: 140 }, scale, scene)) {
          labels += 1;
          const covered = numbers.some((number) => overlap(box, number));
          expect(covered, `${text} at ${scale}, ${x}`).toBe(false);
        }
      }
    }
    expect(labels).toBeGreaterThan(200);
  });

  it('are named in the aisle, if seats leave no room elsewhere', () => {
    const centre = { x: PITCH * 19.5 + AISLE / 2, y: 140 };
    const rows = drawnAround(centre, 1, scene);
    expect(rows.map(({ text }) => text)).toEqual('A B C D E F G H I J K L'.split(' '));
    for (const { x, width } of rows) expect(x + width / 2).toBeCloseTo(SIZE.width / 2, -1);
  });

  it('are named between two seats near the edge, if there is room', () => {
    const rows = drawnAround(middleOf(8), 2, scene);
    expect(rows.length).toBeGreaterThan(6);
    for (const { x, width } of rows) expect(x + width / 2).toBeLessThan(2 * PITCH);
  });

  it('are not named where seats leave no room', () => {
    expect(drawnAround(middleOf(8), 1.1, scene)).toEqual([]);
  });
});
