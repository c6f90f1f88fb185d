import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { render } from '@testing-library/react';
import { createElement, type ReactElement } from 'react';
import { MemoryRouter } from 'react-router';
import { expect, it } from 'vitest';

import { sceneOf } from '@/canvas/scene';
import type { MapSeat } from '@/domain/seatMap/seats';
import { createServerClock } from '@/domain/serverClock';
import { SeatList } from '@/features/seats/list/SeatList';
import { SeatMap } from '@/features/seats/map/SeatMap';
import { factsOf, makeEvent, makeSeats } from '@/testing/factories';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

// React's development build keeps a stack for each element, and with it the scopes of its
// functions.
Object.defineProperty(Error, 'stackTraceLimit', { get: () => 0, set: () => undefined });

const EVENT = makeEvent();
const FACTS = makeSeats(8).map(factsOf);
const SCENE = sceneOf(EVENT.plan, EVENT.categories, FACTS);
const CLOCK = createServerClock();
/** React itself keeps the last two renders. */
const RENDERS = 6;
const KEPT = 2;

function stands(): MapSeat[] {
  return FACTS.map((facts) => ({
    facts,
    status: 'available',
    until: null,
    holder: null,
    pending: false,
  }));
}

function pick() {
  // Not clicked here.
}

it.each<[string, (seats: readonly MapSeat[]) => ReactElement]>([
  [
    'map',
    (seats) =>
      createElement(SeatMap, {
        event: EVENT,
        scene: SCENE,
        seats,
        clock: CLOCK,
        isOnSale: true,
        offered: [],
        onPick: pick,
        onStand: () => undefined,
      }),
  ],
  [
    'list with an open section',
    (seats) =>
      createElement(SeatList, {
        event: EVENT,
        scene: SCENE,
        seats,
        isOnSale: true,
        onPick: pick,
        onStand: () => undefined,
      }),
  ],
])('the %s keeps no seats of earlier renders in memory', async (_, draw) => {
  const drawn: WeakRef<readonly MapSeat[]>[] = [];
  const drawNext = () => {
    const seats = stands();
    drawn.push(new WeakRef(seats));
    return createElement(MemoryRouter, null, draw(seats));
  };
  // The testing library keeps the first rendered element.
  const { rerender } = render(createElement(MemoryRouter));
  for (let count = 0; count < RENDERS; count++) rerender(drawNext());
  await new Promise((resolve) => setTimeout(resolve, 0));
  collectGarbage();
  const alive = drawn.map((seats) => seats.deref() !== undefined);
  expect(alive.slice(0, RENDERS - KEPT)).toEqual(Array(RENDERS - KEPT).fill(false));
});
