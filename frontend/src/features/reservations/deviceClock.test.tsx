import { screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';

import { observeDateHeader } from '@/api/dateHeaderClock';
import { KEPT_SAMPLES } from '@/domain/serverClock';
import { ReservationPage } from '@/features/reservations/ReservationPage';
import { makeEvent, makeReservation, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

const HOUR_MS = 3_600_000;

/** Tests share the API clock: fill it with new samples. */
function forgetWhatOtherTestsSaid(headers: { readonly date: string }): void {
  for (let each = 0; each < KEPT_SAMPLES; each += 1) observeDateHeader(new Headers(headers));
}

afterEach(() => {
  forgetWhatOtherTestsSaid({ date: new Date().toUTCString() });
});

it("cancellation ends by the server's clock, even if this machine's clock is fast", async () => {
  const headers = { date: new Date(Date.now() - 2 * HOUR_MS).toUTCString() };
  const cancelUntil = new Date(Date.now() - HOUR_MS).toISOString();
  const server = new FakeServer();
  server.on('get me/', [200, ALICE, headers]);
  server.on('get reservations/K7QF9M2A4XWZ31TB/', [
    200,
    makeReservation({ cancel_until: cancelUntil }),
    headers,
  ]);
  server.on('get events/7/', [200, makeEvent(), headers]);
  server.on('get events/7/layouts/layout-1/', [200, packed(makeSeats(8)), headers]);
  forgetWhatOtherTestsSaid(headers);
  renderPage(
    { '/reservations/:reservationId': <ReservationPage /> },
    '/reservations/K7QF9M2A4XWZ31TB',
  );
  expect(await screen.findByRole('button', { name: 'Cancel reservation' })).toBeDefined();
});
