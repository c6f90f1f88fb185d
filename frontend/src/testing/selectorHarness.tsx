import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';

import { Announcer } from '@/components/Announcer';
import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';
import type { EventDetail, Seat } from '@/lib/api/types';
import { createQueryClient } from '@/lib/queries/queryClient';
import { LAYOUT, makeEvent, makeSeat, makeSeats } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';

export const ALICE = { user_id: 1, username: 'alice', email: '', is_staff: false };

interface Scene {
  readonly event?: Partial<EventDetail>;
  readonly seats?: Seat[];
  readonly ownLocks?: Seat[];
  readonly isSignedIn?: boolean;
}

/** The seat selector of event 7 in front of a fake server and a fake socket, live. */
export async function openSelector({
  event,
  seats = makeSeats(8),
  ownLocks = [],
  isSignedIn = true,
}: Scene = {}) {
  FakeWebSocket.install();
  const server = new FakeServer();
  if (isSignedIn) server.on('get me/', [200, ALICE]);
  server.on('get events/7/', [200, makeEvent(event)]);
  server.on('get events/7/seats/', [200, seats]);
  server.on('get events/7/locks/', [200, ownLocks]);
  const router = createMemoryRouter(
    [
      { path: '/events/:eventId', element: <SeatSelectorPage /> },
      { path: '*', element: <p>another page</p> },
    ],
    { initialEntries: ['/events/7'] },
  );
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Announcer>
        <RouterProvider router={router} />
      </Announcer>
    </QueryClientProvider>,
  );
  await screen.findByRole('button', { name: /^Seat A1,/ });
  const socket = FakeWebSocket.newest();
  socket.receive(liveSnapshot(seats));
  return { server, socket, router, user: userEvent.setup() };
}

export function seatButton(seatNumber: string): HTMLElement {
  return screen.getByRole('button', { name: new RegExp(`^Seat ${seatNumber},`) });
}

export function lockedSeat(index: number, untilMs = Date.now() + 300_000): Seat {
  return makeSeat(index, {
    status: 'locked',
    is_available: false,
    locked_by: 'alice',
    locked_until: new Date(untilMs).toISOString(),
  });
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

export function deltaFrame(from: number, ...changes: unknown[][]): object {
  return { type: 'delta', from, seq: from + 1, now: Date.now(), changes };
}

function liveSnapshot(seats: readonly Seat[]): object {
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
