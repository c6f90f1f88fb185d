import { expect, it } from 'vitest';

import { Highlights } from '@/canvas/highlights';
import type { Palette } from '@/canvas/palette';
import { sceneOf } from '@/canvas/scene';
import type { Context } from '@/canvas/surface';
import { createServerClock } from '@/domain/serverClock';
import { makeEvent } from '@/testing/factories';
import { DEADLINE, MapUnderTest, START } from '@/testing/mapHarness';

const LOCK_MS = DEADLINE - START;
const palette = { mine: 'violet', mineHalo: 'pale', urgent: 'red' } as Palette;

interface Arc {
  readonly color: string;
  readonly turns: number;
  readonly width: number;
}

/** Draw the ring of a seat held `heldMs` ago. Returns its arcs and when it is drawn next. */
function ringAfter(heldMs: number) {
  const map = MapUnderTest.withSeats(4);
  map.lockAndSee(1);
  const { seats } = map.state;
  const { plan, categories } = makeEvent();
  const facts = seats.map((seat) => seat.facts);
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
    at: { scale: 2, left: 0, top: 0 },
    scene: sceneOf(plan, categories, facts),
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
