import { screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { ListedBooking } from '@/api/types';
import type { TicketCrypto } from '@/domain/door/decide';
import { newDoorState } from '@/domain/door/doorState';
import { DoorSession } from '@/features/door/doorSession';
import { ScanPage } from '@/features/door/ScanPage';
import { CONNECTION_LOST, FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';

vi.mock('idb-keyval', () => ({
  createStore: () => null,
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  del: () => Promise.resolve(),
}));

const CRYPTO: TicketCrypto = {
  verify: () => Promise.resolve(false),
  digest: (text) => Promise.resolve(`digest of ${text}`),
};

function codeOf(number: number): string {
  return `${String(number).padStart(16, '0')}-${'A'.repeat(16)}`;
}

function bookingOf(number: number, ...seats: readonly string[]): ListedBooking {
  return {
    id: String(number).padStart(16, '0'),
    code: `digest of ${codeOf(number)}`,
    valid_from: 1_000,
    state: 'valid',
    seats: seats.map((seat, place) => ({
      seat_id: number * 10 + place,
      seat_number: seat,
      section: '',
      row: seat.charAt(0),
      number: seat.slice(1),
      entered_at: null,
      gate: '',
    })),
  };
}

beforeEach(() => {
  const server = new FakeServer();
  for (const call of ['get events/7/doors/north/changes/?after=0', 'get events/7/doors/north/']) {
    server.replyInTurn(call, CONNECTION_LOST);
  }
});

/** A door without a network. */
function open(...bookings: readonly ListedBooking[]) {
  const state = newDoorState('north', 'North', {
    event: {
      id: 7,
      name: 'Concert',
      venue: 'Hall',
      date: new Date().toISOString(),
      time_zone: 'Europe/Berlin',
      is_cancelled: false,
    },
    keys: [],
    now: new Date().toISOString(),
    version: 'one',
    last_entry: 0,
    bookings: [...bookings],
  });
  const session = new DoorSession(7, state, CRYPTO);
  const { user } = renderPage({ '/': <ScanPage session={session} /> }, '/');
  return {
    user,
    scan: async (code: string) => {
      await user.clear(screen.getByLabelText('Code on the ticket'));
      await user.type(screen.getByLabelText('Code on the ticket'), code);
      await user.click(screen.getByRole('button', { name: 'Check' }));
    },
  };
}

it('no longer offers to admit a group once another code was read', async () => {
  const { scan } = open(bookingOf(1, 'F5', 'F6', 'F7'));
  await scan(codeOf(1));
  expect(await screen.findByRole('button', { name: 'Admit 3 people' })).toBeDefined();
  await scan('ABC');
  expect(await screen.findByRole('heading', { name: 'Unknown ticket' })).toBeDefined();
  expect(screen.queryByRole('button', { name: /^Admit/ })).toBeNull();
  expect(screen.queryByText('Row F, seat 5')).toBeNull();
});

it('offers the seats of the group that was read last', async () => {
  const { scan } = open(bookingOf(1, 'F5', 'F6', 'F7'), bookingOf(2, 'G1', 'G2'));
  await scan(codeOf(1));
  await screen.findByRole('button', { name: 'Admit 3 people' });
  await scan(codeOf(2));
  expect(await screen.findByRole('button', { name: 'Admit 2 people' })).toBeDefined();
  expect(screen.queryByText('Row F, seat 5')).toBeNull();
});

it('takes a code with spaces and in small letters', async () => {
  const { scan } = open(bookingOf(1, 'F5'));
  await scan(codeOf(1).toLowerCase().replace('-', ' '));
  expect(await screen.findByRole('heading', { name: 'Welcome' })).toBeDefined();
});

it('says that a booking number is no ticket', async () => {
  const { scan } = open(bookingOf(1, 'F5'));
  await scan('CRYMFEV56F1S62DG');
  expect(await screen.findByText(/^This is a booking number, not a ticket/)).toBeDefined();
});

it('names all seats of a ticket that has entered already', async () => {
  const { user, scan } = open(bookingOf(1, 'F5', 'F6', 'F7'));
  await scan(codeOf(1));
  await user.click(await screen.findByRole('button', { name: 'Admit 3 people' }));
  await screen.findByRole('heading', { name: 'Welcome: 3 people' });
  await scan(codeOf(1));
  expect(await screen.findByRole('heading', { name: 'Entered already' })).toBeDefined();
  expect(screen.getByText(/^Row F, seats 5, 6, 7 · .*, North$/)).toBeDefined();
});
