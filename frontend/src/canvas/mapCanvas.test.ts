import { beforeEach, describe, expect, it, vi } from 'vitest';

import { MapCanvas } from '@/canvas/mapCanvas';
import type { Palette } from '@/canvas/palette';
import { sceneOf } from '@/canvas/scene';
import type { MapSeat } from '@/domain/seatMap/seats';
import { createServerClock } from '@/domain/serverClock';
import { factsOf, LAYOUT, makeEvent, makeSeats } from '@/testing/factories';
import { FakeSurfaces } from '@/testing/fakeSurface';
import { FakeTimers } from '@/testing/fakeTimers';
import { changed, locked, MapUnderTest } from '@/testing/mapHarness';

const SIZE = { width: 900, height: 600 };
const palette = new Proxy({}, { get: () => '#808080' }) as Palette;

beforeEach(() => {
  vi.stubGlobal('Path2D', Object);
});

/** A map on a canvas, whose frames the test draws. */
class Drawn {
  readonly surfaces = new FakeSurfaces();
  readonly timers = new FakeTimers();
  readonly screen = this.surfaces.create(0, 0);
  readonly map: MapUnderTest;
  readonly canvas: MapCanvas;
  #frame: ((nowMs: number) => void) | null = null;
  #elapsedMs = 0;

  constructor(seats: number | MapUnderTest, msPerLook = 0) {
    this.map = typeof seats === 'number' ? MapUnderTest.withSeats(seats) : seats;
    this.canvas = new MapCanvas({
      screen: this.screen,
      createSurface: this.surfaces.create,
      clock: createServerClock(() => this.timers.now),
      labelOf: ({ name }) => [name],
      nextFrame: (draw) => {
        this.#frame = draw;
        return () => {
          this.#frame = null;
        };
      },
      after: (ms, act) => this.timers.after(ms, act),
      nowMs: () => (this.#elapsedMs += msPerLook),
      prefersReducedMotion: () => true,
    });
    const { plan, categories } = makeEvent();
    const facts = this.map.state.seats.map((seat) => seat.facts);
    const scene = sceneOf(plan, categories, facts);
    this.canvas.setScene({ scene, palette, pixelRatio: 1, lockMs: 300_000 });
    this.canvas.setSeats(this.map.state.seats, this.map.state.counts);
    this.canvas.setView({ scale: 2, left: 0, top: 0 }, SIZE);
  }

  get isWaiting(): boolean {
    return this.#frame !== null;
  }

  /** Draw one frame. Returns how many seats were drawn and tiles copied. */
  frame(): { seats: number; squares: number } {
    const draw = this.#frame;
    this.#frame = null;
    this.surfaces.copies.length = 0;
    draw?.(0);
    const squares = this.surfaces.copies.filter(({ onto }) => onto === this.screen.canvas).length;
    return { seats: this.surfaces.copies.length - squares, squares };
  }

  settle(): void {
    while (this.isWaiting) this.frame();
  }

  /** Show the current seats. Returns how many were drawn. */
  update(seats: readonly MapSeat[] = this.map.state.seats): number {
    this.surfaces.copies.length = 0;
    this.canvas.setSeats(seats, this.map.state.counts);
    return this.surfaces.copies.length;
  }
}

/** Two sections of four seats, of which the map knows the first. */
function withUnknownSection(): MapUnderTest {
  const map = new MapUnderTest();
  const facts = makeSeats(8).map((seat, index) =>
    factsOf(index < 4 ? seat : { ...seat, section: 'Circle', y: seat.y + 150 }, index),
  );
  map.do({ type: 'seatsLoaded', layout: LAYOUT, facts });
  map.part({ from: null, layout: LAYOUT, sections: new Set([0]), whole: [freeSection(0)] });
  return map;
}

const freeSection = (section: number) => ({
  section,
  statuses: Array.from({ length: 4 }, () => 'available' as const),
  locks: [],
});

describe('a map canvas', () => {
  it('draws a section in place of seats whose states are unknown', () => {
    const drawn = new Drawn(withUnknownSection());
    expect(drawn.frame().seats).toBe(4);
    drawn.settle();
    drawn.map.part({ sections: new Set([0, 1]), whole: [freeSection(1)] });
    expect(drawn.update()).toBe(4);
    drawn.map.part({ sections: new Set([1]) });
    expect(drawn.update()).toBe(0);
    expect(new Drawn(drawn.map).frame().seats).toBe(4);
  });

  it('draws each seat once at first', () => {
    const drawn = new Drawn(8);
    expect(drawn.frame()).toEqual({ seats: 8, squares: 4 });
    expect(drawn.isWaiting).toBe(false);
  });

  it('redraws only the seats that changed', () => {
    const drawn = new Drawn(400);
    drawn.settle();
    drawn.map.delta(changed(2, 'reserved'), changed(5, 'blocked'), locked(9));
    expect(drawn.update()).toBe(3);
    expect(drawn.frame().seats).toBe(0);
  });

  it('redraws no seat when nothing visible changed', () => {
    const drawn = new Drawn(8);
    drawn.settle();
    drawn.map.beat();
    expect(drawn.update()).toBe(0);
    drawn.map.delta(changed(3, 'available'));
    expect(drawn.update()).toBe(0);
  });

  it('redraws no seat when panned over existing tiles', () => {
    const drawn = new Drawn(8);
    drawn.settle();
    drawn.canvas.setView({ scale: 2, left: -20, top: 10 }, SIZE);
    expect(drawn.frame().seats).toBe(0);
  });

  it('stretches tiles while zooming and redraws afterwards', () => {
    const drawn = new Drawn(8);
    drawn.settle();
    drawn.canvas.setView({ scale: 2.5, left: 0, top: 0 }, SIZE);
    expect(drawn.frame().seats).toBe(0);
    drawn.timers.advance(100);
    expect(drawn.isWaiting).toBe(true);
  });

  it('goes on with missing tiles in the next frame, also right after a zoom', () => {
    const drawn = new Drawn(4_000, 4);
    drawn.settle();
    drawn.canvas.setView({ scale: 5, left: 0, top: 0 }, SIZE);
    drawn.frame();
    expect(drawn.isWaiting).toBe(true);
  });

  it('draws a large map a few tiles per frame and shows what exists', () => {
    const drawn = new Drawn(4_000, 4);
    const first = drawn.frame();
    expect(first.squares).toBeGreaterThan(0);
    expect(drawn.isWaiting).toBe(true);
    const second = drawn.frame();
    expect(second.squares).toBeGreaterThan(first.squares);
    drawn.settle();
    expect(drawn.isWaiting).toBe(false);
  });

  it('redraws everything when most seats changed', () => {
    const drawn = new Drawn(2_000);
    drawn.settle();
    drawn.map.snapshot(Array.from({ length: 2_000 }, () => 'reserved'));
    expect(drawn.update()).toBe(0);
    expect(drawn.frame().seats).toBeGreaterThan(50);
  });

  it('draws nothing while idle', () => {
    const drawn = new Drawn(8);
    drawn.settle();
    drawn.timers.advance(60_000);
    expect(drawn.isWaiting).toBe(false);
  });
});
