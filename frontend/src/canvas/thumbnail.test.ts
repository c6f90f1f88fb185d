import { expect, it } from 'vitest';

import { planExtent } from '@/canvas/planExtent';
import { drawThumbnail } from '@/canvas/thumbnail';
import { toScreen, type Viewport } from '@/canvas/viewport';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';
import { FakeCanvas } from '@/testing/fakeCanvas';

const PALETTE = { highlight: 'violet', ground: 'white', ink: 'black', fontFamily: 'sans-serif' };
const { plan: HALL } = makeEvent();

interface Scene {
  readonly seats?: readonly SeatFacts[];
  readonly shapes?: typeof HALL.shapes;
  readonly width?: number;
  readonly highlighted?: readonly number[];
  readonly colorOf?: (index: number) => string | null;
}

function draw({
  seats = seatsIn(2, 4),
  shapes = [],
  width = 300,
  highlighted = [],
  colorOf = () => 'grey',
}: Scene) {
  const canvas = new FakeCanvas();
  const plan = { ...HALL, shapes };
  const viewport = drawThumbnail(canvas, plan, seats, {
    bounds: planExtent(plan, seats).bounds,
    width,
    height: 200,
    pixelRatio: 2,
    palette: PALETTE,
    colorOf,
    receding: new Set(['green']),
    highlighted: new Set(highlighted),
  });
  return { canvas, viewport };
}

function seatsIn(rows: number, columns: number): SeatFacts[] {
  return Array.from({ length: rows * columns }, (_, index) =>
    factsOf(
      makeSeat(index, { x: (index % columns) * 30, y: Math.floor(index / columns) * 30 }),
      index,
    ),
  );
}

it('draws each seat in its colour and skips seats without one', () => {
  const colors = ['grey', 'green', null, 'grey'];
  const { canvas } = draw({ colorOf: (index) => colors[index % 4] ?? null });
  expect(canvas.filled).toEqual([
    { color: 'grey', what: 'discs', count: 4 },
    { color: 'green', what: 'discs', count: 2 },
  ]);
});

it('draws seats in a receding colour smaller', () => {
  const { canvas } = draw({ colorOf: (index) => (index === 0 ? 'grey' : 'green') });
  const [[free] = [], [taken] = []] = canvas.discs;
  expect(taken?.radius).toBeLessThan(0.8 * (free?.radius ?? 0));
});

it('draws tens of thousands of seats as squares, batched by colour', () => {
  const { canvas } = draw({
    seats: seatsIn(200, 250),
    colorOf: (index) => (index % 3 === 0 ? 'green' : 'grey'),
  });
  expect(canvas.filled).toEqual([
    { color: 'green', what: 'squares', count: 16_667 },
    { color: 'grey', what: 'squares', count: 33_333 },
  ]);
});

it('centres the whole plan in any width', () => {
  const seats = seatsIn(2, 4);
  for (const width of [90, 300, 900]) {
    const { canvas } = draw({ seats, width });
    const discs = canvas.discs.flat();
    const [left, right] = [
      Math.min(...discs.map(({ x, radius }) => x - radius)),
      Math.max(...discs.map(({ x, radius }) => x + radius)),
    ];
    expect(left).toBeGreaterThan(0);
    expect(left).toBeCloseTo(width - right);
  }
});

it('draws rings around highlighted seats and one pin per group', () => {
  const seats = seatsIn(20, 60);
  const { canvas, viewport } = draw({ seats, highlighted: [610, 611, 612, 650] });
  const radii = canvas.discs.filter((discs) => discs.length === 4).map(([disc]) => disc?.radius);
  expect(radii).toHaveLength(4);
  expect(radii).toEqual([...radii].sort((a = 0, b = 0) => b - a));
  const pins = canvas.discs.filter(([disc], at) => at > 4 && disc?.radius === 2.5);
  expect(pins.map(([eye]) => eye?.x)).toEqual(
    [611, 650].map((index) => expect.closeTo(screenOf(seats[index], viewport).x) as number),
  );
});

it('draws the pin below the seat if there is no room above', () => {
  const seats = seatsIn(20, 60);
  for (const [index, isAbove] of [
    [30, false],
    [1130, true],
  ] as const) {
    const { canvas, viewport } = draw({ seats, highlighted: [index], width: 3_000 });
    const eye = canvas.discs.at(-1)?.[0];
    expect((eye?.y ?? 0) < screenOf(seats[index], viewport).y).toBe(isAbove);
  }
});

it("draws the stage's text only where it fits", () => {
  const stage = {
    shape: 'rectangle',
    x: 0,
    y: -60,
    rotation: 0,
    color: '#888888',
    border_color: null,
    width: 120,
    height: 30,
    text: { text: 'Stage', color: '#ffffff', size: 4, x: 60, y: 15 },
  } as const;
  expect(draw({ shapes: [stage] }).canvas.words).toEqual(['Stage']);
  expect(draw({ shapes: [{ ...stage, width: 8 }] }).canvas.words).toEqual([]);
  const corners = [0, 120, 110, 10].map((x, place) => [x, place < 2 ? 0 : 30]);
  const apron = { ...stage, shape: 'polygon', width: 0, points: corners } as const;
  expect(draw({ shapes: [apron] }).canvas.words).toEqual(['Stage']);
});

function screenOf(seat: SeatFacts | undefined, viewport: Viewport) {
  if (seat === undefined) throw new Error('There is no such seat');
  return toScreen(viewport, seat);
}
