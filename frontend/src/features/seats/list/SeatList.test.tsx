import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createRef } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { Seat } from '@/api/types';
import type { SeatWish } from '@/domain/seatMap/features';
import type { MapSeat } from '@/domain/seatMap/seats';
import { sectionsOf } from '@/domain/seatMap/sections';
import { SeatList, type SeatListHandle } from '@/features/seats/list/SeatList';
import { LAYOUT, makeEvent, makeSeat } from '@/testing/factories';
import { changed, locked, MapUnderTest } from '@/testing/mapHarness';

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
});

/** A list of a map that the test changes. */
function openList(seats: Seat[], wishes: readonly SeatWish[] = []) {
  const map = new MapUnderTest();
  map.load(seats);
  map.snapshot(
    seats.map(() => 'available'),
    LAYOUT,
  );
  const picked: string[] = [];
  const { facts } = map.state;
  const scene = { facts, sections: sectionsOf(facts), standing: [], wishes };
  const handle = createRef<SeatListHandle>();
  const list = (shown: readonly MapSeat[]) => (
    <SeatList
      ref={handle}
      event={makeEvent()}
      scene={scene}
      seats={shown}
      isOnSale
      onStand={() => undefined}
      onPick={({ facts }) => picked.push(facts.seatNumber)}
    />
  );
  const { rerender } = render(list(map.state.seats));
  const show = (shown = map.state.seats) => {
    rerender(list(shown));
  };
  return { map, show, handle, picked, user: userEvent.setup() };
}

it('lists only the seats that meet the filter', () => {
  const seats = [
    makeSeat(0),
    makeSeat(1, { features: ['accessible'] }),
    makeSeat(2, { companion_of: 101 }),
    makeSeat(5),
  ];
  openList(seats, ['accessible']);
  const names = screen.getAllByRole('button', { name: /^Seat/ }).map((one) => one.ariaLabel);
  expect(names).toEqual([
    'Seat A2, €50.00, wheelchair place, available',
    'Seat A3, €50.00, companion seat, available',
  ]);
});

it('says that no seat meets the filter', () => {
  openList([makeSeat(0)], ['aisle']);
  expect(screen.queryByText(/No seat is like that/)).not.toBeNull();
});

const small = () => Array.from({ length: 8 }, (_, index) => makeSeat(index));

/** Two sections, the second with other prices and too large to be open at first. */
function large(): Seat[] {
  return Array.from({ length: 600 }, (_, index) => {
    const row = String(Math.floor(index / 30) + 1);
    const number = String((index % 30) + 1);
    return makeSeat(index, {
      section: index < 60 ? 'Stalls' : 'Circle',
      seat_number: `${row}-${number}`,
      row,
      number,
      price: index < 60 || index % 2 === 0 ? '50.00' : '35.00',
    });
  });
}

function seatNames(): string[] {
  return screen
    .queryAllByRole('button', { name: /^Seat / })
    .map((seat) => seat.getAttribute('aria-label') ?? '');
}

function head(name: RegExp) {
  return screen.getByRole('button', { name });
}

it('shows a small hall by section and row, with labels', () => {
  const { map, show } = openList(small());
  map.delta(changed(1, 'reserved'), locked(2));
  map.lockAndSee(3);
  show();
  expect(
    screen.getByRole('heading', { level: 2, name: /^Stalls 5 of 8 free €50.00$/ }),
  ).toBeDefined();
  expect(screen.getByRole('heading', { level: 3, name: 'Row A 1 of 4 free' })).toBeDefined();
  expect(seatNames().slice(0, 4)).toEqual([
    'Seat A1, €50.00, available',
    'Seat A2, €50.00, reserved',
    'Seat A3, €50.00, locked by alice',
    'Seat A4, €50.00, held by you',
  ]);
  const seats = screen.getAllByRole('button', { name: /^Seat A/ });
  expect(seats.map((seat) => seat.getAttribute('aria-pressed'))).toEqual([
    'false',
    'false',
    'false',
    'true',
  ]);
  expect(seats.map((seat) => seat.getAttribute('aria-disabled'))).toEqual([
    'false',
    'true',
    'true',
    'false',
  ]);
});

it('picks by click and by key, also taken seats, whose holder can then be shown', async () => {
  const { map, show, picked, user } = openList(small());
  map.delta(locked(1));
  show();
  await user.click(head(/^Seat A1,/));
  await user.keyboard('{Enter}');
  await user.tab();
  await user.keyboard(' ');
  expect(picked).toEqual(['A1', 'A1', 'A2']);
});

it('renders no seat of a large hall before its row is opened', async () => {
  const { user } = openList(large());
  expect(seatNames()).toEqual([]);
  expect(head(/^Circle 540 of 540 free €35.00 to €50.00$/).getAttribute('aria-expanded')).toBe(
    'false',
  );
  await user.click(head(/^Circle/));
  expect(seatNames()).toEqual([]);
  await user.click(head(/^Row 4/));
  expect(seatNames()).toHaveLength(30);
  expect(head(/^Row 4/).getAttribute('aria-expanded')).toBe('true');
  await user.click(head(/^Row 4/));
  expect(seatNames()).toEqual([]);
});

it('jumps to a section, opens it and moves the focus there', async () => {
  const { user } = openList(large());
  await user.selectOptions(screen.getByRole('combobox', { name: 'Jump to' }), 'Circle');
  expect(head(/^Circle/).getAttribute('aria-expanded')).toBe('false');
  await user.click(screen.getByRole('button', { name: 'Go' }));
  expect(document.activeElement).toBe(head(/^Circle/));
  expect(head(/^Circle/).getAttribute('aria-expanded')).toBe('true');
});

it('opens the rows of found seats and focuses the first one', async () => {
  const { map, handle, user } = openList(large());
  const find = (...indexes: number[]) => {
    const found = indexes.flatMap((index) => map.state.facts[index] ?? []);
    act(() => {
      handle.current?.show(found);
    });
  };
  find(151, 152);
  expect(document.activeElement).toBe(head(/^Seat 6-2,/));
  expect(seatNames()).toHaveLength(30);
  await user.click(head(/^Row 6/));
  expect(seatNames()).toEqual([]);
  find(152);
  expect(document.activeElement).toBe(head(/^Seat 6-3,/));
});

it('filters free seats, and keeps seats that are taken meanwhile', async () => {
  const { map, show, user } = openList(small());
  map.delta(changed(0, 'reserved'));
  show();
  await user.click(screen.getByRole('checkbox', { name: 'Only free seats' }));
  const inRowA = () => seatNames().filter((name) => name.startsWith('Seat A'));
  expect(inRowA()).toHaveLength(3);
  map.delta(changed(1, 'reserved'));
  show();
  expect(inRowA()).toContain('Seat A2, €50.00, reserved');
  map.delta(changed(0, 'available'));
  show();
  expect(inRowA()).toHaveLength(4);
  await user.click(screen.getByRole('checkbox', { name: 'Only free seats' }));
  await user.click(screen.getByRole('checkbox', { name: 'Only free seats' }));
  expect(inRowA()).toHaveLength(3);
});

it('shows that a row has no free seat', async () => {
  const { map, show, user } = openList(small());
  map.delta(...[4, 5, 6, 7].map((index) => changed(index, 'reserved')));
  show();
  await user.click(screen.getByRole('checkbox', { name: 'Only free seats' }));
  const row = screen.getByRole('heading', { name: 'Row B None free' }).parentElement;
  expect(row).not.toBeNull();
  if (row !== null) expect(within(row).getByText('No seat is free here.')).toBeDefined();
});

it('renders only the seats that have changed', () => {
  const { map, show } = openList(small());
  const drawn: string[] = [];
  const watched = new Map<MapSeat, MapSeat>();

  /** Wrap a seat, once, so that rendering it is recorded: only rendering reads `holder`. */
  function watch(seat: MapSeat): MapSeat {
    const known = watched.get(seat);
    if (known !== undefined) return known;
    const noted = {
      ...seat,
      get holder() {
        drawn.push(seat.facts.seatNumber);
        return seat.holder;
      },
    };
    watched.set(seat, noted);
    return noted;
  }

  show(map.state.seats.map(watch));
  expect(new Set(drawn).size).toBe(8);
  drawn.length = 0;
  map.delta(changed(2, 'reserved'), changed(5, 'blocked'));
  show(map.state.seats.map(watch));
  expect(new Set(drawn)).toEqual(new Set(['A3', 'B2']));
});
