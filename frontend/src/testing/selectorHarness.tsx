import { screen, waitFor, within } from '@testing-library/react';
import { expect } from 'vitest';

import type { EventDetail, Lock, Me, Seat } from '@/api/types';
import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';
import { sumAmounts } from '@/i18n/money';
import { LAYOUT, makeEvent, makeSeat, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { renderPage } from '@/testing/renderPage';

export const ALICE = {
  user_id: 1,
  username: 'alice',
  name: '',
  is_guest: false,
  email: '',
  email_verified: false,
  new_email: '',
  is_staff: false,
  permissions: [] as string[],
  organisations: [] as Me['organisations'],
  second_factor: { set_up: false, passed: false, required: false },
};

interface Scene {
  readonly event?: Partial<EventDetail>;
  readonly seats?: Seat[];
  readonly ownLocks?: Lock[];
  readonly isSignedIn?: boolean;
  /** The query of the address, such as `?code=X`. */
  readonly search?: string;
  readonly firstFrame?: () => object;
  /** What is shown once the seats are loaded. */
  readonly shown?: () => Promise<HTMLElement>;
  /** Replies to what the page asks as soon as it opens. */
  readonly replies?: (server: FakeServer) => void;
}

/** Open the seat selector of event 7 with a fake server and a live fake socket. */
export async function openSelector({
  event,
  seats = makeSeats(8),
  ownLocks = [],
  isSignedIn = true,
  search = '',
  firstFrame = () => liveSnapshot(seats),
  shown = () => screen.findByRole('button', { name: /^Seat A1,/ }),
  replies,
}: Scene = {}) {
  FakeWebSocket.install();
  const server = new FakeServer();
  replies?.(server);
  if (isSignedIn) server.on('get me/', [200, ALICE]);
  server.on('get events/7/', [200, makeEvent(event)]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(seats)]);
  server.on('get events/7/locks/', [200, ownLocks]);
  const page = { '/events/:eventId': <SeatSelectorPage /> };
  const { router, user } = renderPage(page, `/events/7${search}`);
  await waitFor(() => {
    FakeWebSocket.newest().receive(firstFrame());
  });
  const socket = FakeWebSocket.newest();
  await shown();
  return { server, socket, router, user };
}

export function seatButton(seatNumber: string): HTMLElement {
  return screen.getByRole('button', { name: new RegExp(`^Seat ${seatNumber},`) });
}

export function lockedSeat(
  index: number,
  untilMs = Date.now() + 300_000,
  extensionsLeft = 2,
): Lock {
  const seat = makeSeat(index, {
    status: 'locked',
    is_available: false,
    locked_by: 'alice',
    locked_until: new Date(untilMs).toISOString(),
  });
  return { ...seat, extensions_left: extensionsLeft, held_prices: [], held_fees: null };
}

export function granted(seat: Seat) {
  return [200, { success: true, message: `Seat ${seat.seat_number} locked`, seat }] as const;
}

export function released(...seats: Seat[]) {
  return [200, { success: true, message: 'Released', seats }] as const;
}

export function conflict(index: number, reason: string, error: string) {
  const { id, seat_number } = makeSeat(index);
  return [
    409,
    {
      error,
      code: 'seat_unavailable',
      conflicts: [{ seat_id: id, seat_number, reason, locked_until: null }],
    },
  ] as const;
}

/** Add alternatives to an error response. */
export function offering(refusal: ReturnType<typeof conflict>, ...sets: readonly number[][]) {
  const [status, body] = refusal;
  const alternatives = sets.map((indexes) => {
    const seats = indexes.map((index) => makeSeat(index));
    return {
      seat_ids: seats.map(({ id }) => id),
      seat_numbers: seats.map(({ seat_number: seatNumber }) => seatNumber),
      price: sumAmounts(seats.map(({ price }) => price)),
    };
  });
  return [status, { ...body, alternatives }] as const;
}

/** Open the selector with these seats already held. */
export async function openHolding(...held: readonly Lock[]) {
  const seats = makeSeats(8).map((seat) => held.find(({ id }) => id === seat.id) ?? seat);
  const scene = await openSelector({ seats, ownLocks: [...held] });
  await waitFor(() => {
    for (const { seat_number: seatNumber } of held) {
      expect(seatButton(seatNumber).getAttribute('data-status')).toBe('mine');
    }
  });
  return scene;
}

/** The live region of the announcements; the map's connection has one of its own. */
export function announcer(): HTMLElement {
  const found = screen.getAllByRole('status').find((one) => one.matches('.announcer'));
  if (found === undefined) throw new Error('Nothing announces anything');
  return found;
}

export function basket() {
  return within(screen.getByRole('complementary', { name: 'Your seats' }));
}

/** The choices of the card with this name; empty if it is not shown. */
export function offered(name = 'Other seats'): (string | null)[] {
  const region = screen.queryByRole('region', { name });
  return region === null
    ? []
    : within(region)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent);
}

export function deltaFrame(from: number, ...changes: unknown[][]): object {
  return { type: 'delta', from, seq: from + 1, now: Date.now(), changes };
}

export function liveSnapshot(seats: readonly Seat[]): object {
  const codes = { available: 0, locked: 1, reserved: 2, blocked: 3 };
  const bytes = new Uint8Array(Math.ceil(seats.length / 4));
  seats.forEach(({ status }, index) => {
    const place = Math.floor(index / 4);
    bytes[place] = (bytes[place] ?? 0) | (codes[status] << ((index % 4) * 2));
  });
  const locks = seats.flatMap(({ locked_until: until, locked_by: holder }, index) =>
    until === null ? [] : [[index, Date.parse(until), holder]],
  );
  return {
    type: 'snapshot',
    event: 7,
    seq: 1,
    now: Date.now(),
    layout: LAYOUT,
    statuses: btoa(String.fromCharCode(...bytes)),
    locks,
  };
}
