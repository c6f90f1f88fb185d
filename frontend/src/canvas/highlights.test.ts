import { beforeEach, expect, it, vi } from 'vitest';

import { Highlights } from '@/canvas/highlights';
import type { Palette } from '@/canvas/palette';
import { sceneOf } from '@/canvas/scene';
import type { Context } from '@/canvas/surface';
import { createServerClock } from '@/domain/serverClock';
import { toScreen } from '@/canvas/viewport';
import { makeEvent, makeSeats } from '@/testing/factories';
import { FakeSurfaces } from '@/testing/fakeSurface';
import { DEADLINE, MapUnderTest, START } from '@/testing/mapHarness';

const LOCK_MS = DEADLINE - START;
const palette = { mine: 'violet', mineHalo: 'pale', urgent: 'red' } as Palette;

beforeEach(() => {
  vi.stubGlobal('Path2D', Object);
});

interface Arc {
  readonly color: string;
  readonly turns: number;
  readonly width: number;
}

/** Two rows of seats, of which the second seat is one's own. */
function holdingOne(sections = ['Stalls', 'Stalls']) {
  const map = new MapUnderTest();
  const seats = makeSeats(8).map((seat, index) => ({
    ...seat,
    section: sections[index >> 2] ?? '',
  }));
  map.load(seats);
  map.snapshot(seats.map(() => 'available'));
  map.lockAndSee(1);
  const { plan, categories } = makeEvent();
  const facts = map.state.seats.map((seat) => seat.facts);
  return { seats: map.state.seats, scene: sceneOf(plan, categories, facts) };
}

/** Draw own seats at a scale. Returns the discs and pins, with their centres and radii. */
function filledAt(scale: number, sections?: string[]) {
  const { seats, scene } = holdingOne(sections);
  const highlights = new Highlights(createServerClock(() => START));
  highlights.setSeats(seats, null, null);
  const { create } = new FakeSurfaces();
  const filled: { x: number; y: number; radius: number }[] = [];
  const place = { x: 0, y: 0, size: 1 };
  let arc = { x: 0, y: 0, radius: 0 };
  const known: Record<string | symbol, unknown> = {
    translate: (x: number, y: number) => Object.assign(place, { x, y }),
    scale: (size: number) => Object.assign(place, { size }),
    restore: () => Object.assign(place, { x: 0, y: 0, size: 1 }),
    arc: (x: number, y: number, radius: number) => {
      const { size } = place;
      arc = { x: place.x + size * x, y: place.y + size * y, radius: size * radius };
    },
    fill: () => filled.push(arc),
  };
  const context = new Proxy(create(400, 400), {
    get: (target, name) => known[name] ?? (target as unknown as typeof known)[name],
  });
  const at = { scale, left: 0, top: 0 };
  highlights.draw(context, {
    ...{ at, scene, palette, pixelRatio: 1, lockMs: LOCK_MS, nowMs: 0, reducedMotion: true },
  });
  return {
    filled,
    seat: toScreen(at, scene.facts[1] ?? { x: 0, y: 0 }),
    radius: scene.plan.seat_radius,
  };
}

it('a pin shows where own seats are while areas hide them', () => {
  const { filled, seat } = filledAt(0.15, ['Stalls', 'Circle']);
  expect(filled).toHaveLength(2);
  expect(filled[0]?.x).toBeCloseTo(seat.x);
  expect(filled[0]?.radius).toBeGreaterThan(7);
});

it('among small seats, own ones are drawn larger', () => {
  const { filled, seat } = filledAt(0.3);
  expect(filled[0]).toMatchObject(seat);
  expect(filled[0]?.radius).toBeGreaterThan(7.5);
  expect(filledAt(3).filled).toEqual([]);
});

it('draws a frame that was due long before a change', () => {
  const { seats, scene } = holdingOne();
  const highlights = new Highlights(createServerClock(() => START));
  highlights.setSeats(seats, [0], 5_000);
  const drawing = { at: { scale: 1, left: 0, top: 0 }, scene, palette, pixelRatio: 1 };
  const frame = { ...drawing, lockMs: LOCK_MS, nowMs: 0, reducedMotion: false };
  expect(highlights.draw(new FakeSurfaces().create(400, 400), frame)).toBe(0);
});

/** Draw the ring of a seat held `heldMs` ago. Returns its arcs and when it is drawn next. */
function ringAfter(heldMs: number) {
  const { seats, scene } = holdingOne();
  const highlights = new Highlights(createServerClock(() => START + heldMs));
  highlights.setSeats(seats, null, null);
  const arcs: Arc[] = [];
  let turns = 0;
  const context = {
    strokeStyle: '',
    lineWidth: 0,
    beginPath: () => undefined,
    setLineDash: () => undefined,
    arc: (_x: number, _y: number, _radius: number, from: number, to: number) => {
      turns = (to - from) / (2 * Math.PI);
    },
    stroke: () => arcs.push({ color: context.strokeStyle, turns, width: context.lineWidth }),
  };
  const nextDrawMs = highlights.draw(context as unknown as Context, {
    at: { scale: 4, left: 0, top: 0 },
    scene,
    palette,
    pixelRatio: 1,
    lockMs: LOCK_MS,
    nowMs: 0,
    reducedMotion: true,
  });
  return { arcs, nextDrawMs };
}

it("one's own seat has a ring that empties as the hold runs out", () => {
  for (const share of [1, 0.75, 0.4]) {
    const { arcs, nextDrawMs } = ringAfter((1 - share) * LOCK_MS);
    expect(arcs).toMatchObject([
      { color: 'pale', turns: 1 },
      { color: 'violet', turns: expect.closeTo(share, 5) as number },
    ]);
    expect(nextDrawMs).toBe(1_000);
  }
});

it('the ring is thicker and of another colour in the last minute', () => {
  const [, before] = ringAfter(LOCK_MS - 61_000).arcs;
  const [, last] = ringAfter(LOCK_MS - 59_000).arcs;
  expect(before?.color).toBe('violet');
  expect(last?.color).toBe('red');
  expect(last?.width).toBeGreaterThan(1.3 * (before?.width ?? Infinity));
});
