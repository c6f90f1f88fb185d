import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { Lock } from '@/api/types';
import { LAYOUT, makeSeat } from '@/testing/factories';
import type { FakeWebSocket } from '@/testing/fakeWebSocket';
import {
  announcer,
  granted,
  lockedSeat,
  openSelector,
  seatButton,
} from '@/testing/selectorHarness';

/** Too many for a list to be open at first. */
const ROWS = 26;
const LARGE = { seats_total: 50_000 };

/** Two sections of as many seats, in rows of four. */
const SEATS = Array.from({ length: 2 * ROWS * 4 }, (_, index) => {
  const half = 4 * ROWS;
  const [section, letter] = index < half ? ['Stalls', 'A'] : ['Circle', 'C'];
  const row = `${letter}${Math.floor((index % half) / 4) + 1}`;
  const number = String((index % 4) + 1);
  return makeSeat(index, {
    section,
    row,
    number,
    seat_number: index === 0 ? 'A1' : `${row}-${number}`,
  });
});

const FIRST = {
  type: 'part',
  from: null,
  seq: 1,
  now: 1,
  layout: LAYOUT,
  free: [[0, 17, 100]],
};

beforeEach(() => {
  localStorage.clear();
  Element.prototype.scrollIntoView = vi.fn();
});

interface Request {
  readonly sections: string;
  readonly id: number;
}

function openLarge(options: Parameters<typeof openSelector>[0] = {}) {
  const { event, ...others } = options;
  return openSelector({
    seats: SEATS,
    firstFrame: () => ({ ...FIRST, now: Date.now() }),
    search: '?view=list',
    shown: () => screen.findByRole('heading', { level: 2, name: /^Stalls/ }),
    ...others,
    event: { ...LARGE, ...event },
  });
}

function requests({ sent }: FakeWebSocket): Request[] {
  return sent
    .filter((text) => text.includes('subscribe'))
    .map((text) => JSON.parse(text) as Request);
}

/** Answer the newest request with a section in which all seats have a status. */
function answer(socket: FakeWebSocket, section: number, code: 0 | 1 | 2 | 3): void {
  const id = requests(socket).at(-1)?.id;
  const statuses = btoa(String.fromCharCode(0b01010101 * code).repeat(ROWS));
  socket.receive({
    type: 'part',
    from: 1,
    seq: 1,
    now: Date.now(),
    id,
    whole: [[section, statuses]],
  });
}

it('connects to no section of a large hall at first', async () => {
  const { socket } = await openLarge();
  expect(new URL(socket.url).searchParams.get('sections')).toBe('');
});

it('follows the whole of a small hall', async () => {
  const { socket } = await openSelector();
  expect(new URL(socket.url).searchParams.has('sections')).toBe(false);
});

it('lists free seats by section from the counts, and asks for the sections that are opened', async () => {
  const { socket, user } = await openLarge();
  expect(screen.getByRole('heading', { level: 2, name: /^Stalls 17 of 104 free/ })).toBeDefined();
  expect(requests(socket)).toEqual([]);
  await user.click(screen.getByRole('button', { name: /^Circle/ }));
  await waitFor(() => {
    expect(requests(socket)).toMatchObject([{ layout: LAYOUT, sections: '1' }]);
  });
  const row = screen.getByRole('button', { name: /^Row C1\b/ });
  expect(row.textContent).not.toMatch(/free/i);
  expect(seatButton('C1-1').getAttribute('aria-label')).toMatch(/not loaded yet$/);
  answer(socket, 1, 2);
  expect(seatButton('C1-1').getAttribute('aria-label')).toMatch(/reserved$/);
  expect(screen.getByRole('heading', { level: 2, name: /^Circle None free/ })).toBeDefined();
});

it('asks for the sections of the own seats, wherever the map is', async () => {
  const half = 4 * ROWS;
  const own: Lock = { ...lockedSeat(0), ...SEATS[half], id: 100 + half };
  const until = new Date(Date.now() + 300_000).toISOString();
  const { socket } = await openLarge({ ownLocks: [{ ...own, locked_until: until }] });
  await waitFor(() => {
    expect(requests(socket)).toMatchObject([{ sections: '1' }]);
  });
});

it('lets a seat be asked for whose state is unknown', async () => {
  const { server, user } = await openLarge();
  server.on('post events/7/seats/100/lock/', granted(lockedSeat(0)));
  await user.click(screen.getByRole('button', { name: /^Stalls/ }));
  expect(seatButton('A1').getAttribute('data-status')).toBe('unknown');
  await user.click(seatButton('A1'));
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  });
});

it('says how many seats a code opens once their states are known', async () => {
  const { socket } = await openLarge({
    event: { has_promo_codes: true },
    search: '?view=list&code=bank-2030',
    replies: (server) => {
      server.on('post events/7/promo-code/', [
        200,
        { code: 'BANK-2030', seat_ids: [100, 101], left: 2, expires_at: null },
      ]);
    },
  });
  await waitFor(() => {
    expect(requests(socket)).toMatchObject([{ sections: '0' }]);
  });
  expect(announcer().textContent).toBe('');
  answer(socket, 0, 3);
  await waitFor(() => {
    expect(announcer().textContent).toMatch(/2/);
  });
});
