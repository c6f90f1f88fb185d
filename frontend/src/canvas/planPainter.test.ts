import { beforeEach, expect, it, vi } from 'vitest';

import { GLYPHS } from '@/canvas/glyphs';
import type { Palette } from '@/canvas/palette';
import { PlanPainter } from '@/canvas/planPainter';
import { sceneOf } from '@/canvas/scene';
import { ACCESSIBLE, type SeatWish } from '@/domain/seatMap/features';
import type { DisplayStatus, MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { factsOf, makeEvent, makeSeats } from '@/testing/factories';
import { FakeSurfaces } from '@/testing/fakeSurface';

const STATUSES: readonly DisplayStatus[] = ['available', 'mine', 'locked', 'reserved', 'blocked'];
const facts = makeSeats(STATUSES.length).map((seat, index) =>
  factsOf({ ...seat, row: '', number: String(index + 1) }, index),
);
const seats = facts.map((seat, index): MapSeat => {
  const status = STATUSES[index] ?? 'available';
  return { facts: seat, status, until: null, holder: null, pending: false };
});

beforeEach(() => {
  vi.stubGlobal('Path2D', Object);
});

/** Draw seats a distance apart, in CSS pixels. Returns the texts. */
function textsAt(apartPx: number, wishes: readonly SeatWish[] = []): string[] {
  const { plan, categories } = makeEvent();
  const scene = { ...sceneOf(plan, categories, facts), wishes };
  const palette = new Proxy({}, { get: () => '#808080' }) as Palette;
  const { create } = new FakeSurfaces();
  const pixelRatio = 3;
  const painter = new PlanPainter({
    ...{ scene, palette, pixelRatio, createSurface: create },
    labelOf: () => [],
  });
  const texts: string[] = [];
  const surface = create(1_000, 1_000);
  const screen = new Proxy(surface, {
    get: (target, name) =>
      name === 'fillText'
        ? (text: string) => texts.push(text)
        : (target as unknown as Record<string | symbol, unknown>)[name],
  });
  const scale = (apartPx / 30) * pixelRatio;
  const box = { x: 0, y: 0, width: 500, height: 500 };
  painter.paint(screen, { scale, left: 0, top: 0 }, box, {
    seats,
    availability: [],
    full: new Set(),
  });
  return texts;
}

it('numbers what can be bought and what is one’s own, from 28 pixels apart', () => {
  expect(textsAt(28)).toEqual(['1', '2']);
});

it('numbers no free seat that does not meet the filter', () => {
  expect(textsAt(28, ['aisle'])).toEqual(['2']);
});

it('draws no numbers that are too small to read', () => {
  expect(textsAt(16)).toEqual([]);
});

/** Draw one's own seats with these facts. Returns the colour and path of each stroke. */
function strokesOf(...special: readonly Partial<SeatFacts>[]): readonly (readonly unknown[])[] {
  const { plan, categories } = makeEvent();
  const own = facts.slice(0, special.length).map((seat, at) => ({ ...seat, ...special[at] }));
  const palette = new Proxy({}, { get: (_, name) => String(name) }) as Palette;
  vi.stubGlobal(
    'Path2D',
    class {
      readonly path: string;
      constructor(path: string) {
        this.path = path;
      }
    },
  );
  const { create } = new FakeSurfaces();
  const scene = sceneOf(plan, categories, own);
  const painter = new PlanPainter({
    ...{ scene, palette, pixelRatio: 1, createSurface: create },
    labelOf: () => [],
  });
  const strokes: unknown[][] = [];
  let color: unknown;
  const screen = new Proxy(create(1_000, 1_000), {
    get: (target, name) =>
      name === 'stroke'
        ? (shape?: { path: string }) => strokes.push([color, shape?.path])
        : (target as unknown as Record<string | symbol, unknown>)[name],
    set: (target, name, value) => {
      if (name === 'strokeStyle') color = value;
      return Reflect.set(target, name, value);
    },
  });
  painter.paint(
    screen,
    { scale: 2, left: 0, top: 0 },
    { x: 0, y: 0, width: 500, height: 500 },
    {
      seats: own.map((seat) => ({
        ...{ facts: seat, status: 'mine', until: null, holder: null, pending: false },
      })),
      availability: [],
      full: new Set(),
    },
  );
  return strokes.filter(([, path]) => path !== undefined);
}

it("marks one's own wheelchair places and companion seats in the ink of one's own", () => {
  expect(strokesOf({ features: ACCESSIBLE }, { companionOf: 0 })).toEqual([
    ['mine', GLYPHS.wheelchair],
    ['mine', GLYPHS.companion],
  ]);
});

function fillOf(full: readonly string[]): unknown {
  const { plan, categories } = makeEvent();
  const stage = {
    shape: 'circle',
    x: 50,
    y: 50,
    rotation: 0,
    radius: 20,
    color: '#123456',
  } as const;
  const pit = { ...stage, border_color: null, group: 'pit' };
  const [place = facts[0]] = facts.map((seat) => ({
    ...seat,
    ...{ isPlace: true, group: 'pit', categoryId: null },
  }));
  const scene = sceneOf({ ...plan, shapes: [pit] }, categories, place === undefined ? [] : [place]);
  const palette = new Proxy({}, { get: (_, name) => String(name) }) as Palette;
  const { create } = new FakeSurfaces();
  const painter = new PlanPainter({
    ...{ scene, palette, pixelRatio: 1, createSurface: create },
    labelOf: () => [],
  });
  const fills: unknown[] = [];
  const screen = new Proxy(create(100, 100), {
    set: (target, name, value) => {
      if (name === 'fillStyle') fills.push(value);
      return Reflect.set(target, name, value);
    },
  });
  const box = { x: 0, y: 0, width: 100, height: 100 };
  const seatData = { seats: [], availability: [], full: new Set(full) };
  painter.paint(screen, { scale: 1, left: 0, top: 0 }, box, seatData);
  return fills[0];
}

it('draws a standing area as strong as free seats while a place is left', () => {
  expect(fillOf([])).toBe('seat');
  expect(fillOf(['pit'])).toBe('soldOut');
});
