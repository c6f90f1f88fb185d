import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { EventDetail, Reservation } from '@/api/types';
import { makeEvent, makeReservation, makeSeats } from '@/testing/factories';
import { CONNECTION_LOST } from '@/testing/fakeServer';
import {
  conflict,
  deltaFrame,
  lockedSeat,
  openSelector,
  seatButton,
} from '@/testing/selectorHarness';

const RESERVE = 'post events/7/reserve/';

async function openReview(event?: Partial<EventDetail>) {
  // Map and own locks have the same deadline, as from one server.
  const held = lockedSeat(0);
  const seats = [held, ...makeSeats(8).slice(1)];
  const scene = await openSelector({ seats, ownLocks: [held], ...(event && { event }) });
  await waitFor(() => {
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
  });
  await scene.user.click(screen.getByRole('button', { name: 'Reserve' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Review your seats' }));
  return { ...scene, dialog };
}

function booked(mailedTo = 'alice@example.org', fields: Partial<Reservation> = {}) {
  const reservation = makeReservation(fields);
  const { id } = reservation;
  const answer = { success: true, message: 'Reserved', reservation_id: id, reservation };
  return [201, { ...answer, mailed_to: mailedTo }] as const;
}

const DECLINED = [402, { error: 'Declined.', code: 'payment_declined' }] as const;

const NOT_PAID = [503, { error: 'Not paid.', code: 'payment_unavailable' }] as const;

const IN_FLIGHT = [
  409,
  { error: 'The first request is under way.', code: 'idempotency_key_in_flight' },
  { 'retry-after': '0' },
] as const;

function confirmed() {
  return screen.findByRole('dialog', { name: 'Reservation confirmed!' }, { timeout: 4_000 });
}

it('asks, confirms and links to the ticket', async () => {
  const { server, user, router, dialog } = await openReview();
  server.on(RESERVE, booked());
  await user.click(dialog.getByRole('radio', { name: /Invoice/ }));
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  const popup = within(await confirmed());
  expect(server.requests.find(({ call }) => call === RESERVE)?.body).toEqual({
    seat_ids: [100],
    ticket_types: {},
    expected_total: '50.00',
    payment_method: 'invoice',
  });
  expect(seatButton('A1').getAttribute('data-status')).toBe('reserved');
  expect(document.activeElement).toBe(popup.getByRole('button', { name: 'Show ticket' }));
  await user.keyboard('{Enter}');
  expect(router.state.location.pathname).toBe('/reservations/K7QF9M2A4XWZ31TB');
});

it.each([
  ['paid', 'alice@example.org', 'We mail your tickets to alice@example.org.'],
  ['due', 'alice@example.org', /^We mail the confirmation to alice@example.org, and your tickets/],
  ['paid', '', /^You get no mail about it/],
] as const)('says where the tickets went: %s, %s', async (status, address, sentence) => {
  const { server, user, dialog } = await openReview();
  server.on(RESERVE, booked(address, { payment_status: status }));
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  expect(within(await confirmed()).getByText(sentence)).toBeDefined();
});

it('leads to the page of a payment that waits for the buyer, who keeps the seats', async () => {
  const { server, user, router, dialog } = await openReview();
  const reference = '0123456789abcdef0123456789abcdef';
  server.on(RESERVE, [202, { success: true, message: '', payment_reference: reference }]);
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe(`/payments/${reference}`);
  });
});

it("offers the event's payment methods, with the first selected", async () => {
  const { dialog } = await openReview();
  const methods = dialog.getAllByRole('radio');
  expect(methods.map((method) => method.getAttribute('value'))).toEqual([
    'card',
    'card_declined',
    'invoice',
  ]);
  expect(dialog.getByRole('radio', { checked: true }).getAttribute('value')).toBe('card');
});

it('shows date and venue', async () => {
  const { dialog } = await openReview();
  expect(dialog.getByText('The Late Set').parentElement?.textContent).toMatch(
    /^The Late SetFri, 18 Dec 2026, .* · The Copper Room$/,
  );
});

it('says that a demo takes no money, and folds away the methods that simulate problems', async () => {
  const [card, , invoice] = makeEvent().payment_methods;
  if (card === undefined || invoice === undefined) throw new Error('The event has two methods');
  const { server, user, dialog } = await openReview({
    payment_methods: [
      { ...card, demo: 'success' },
      { code: 'card_declined', name: 'Card that is declined', demo: 'problem' },
      invoice,
    ],
  });
  expect(dialog.getByText('Demo: no money is taken.')).toBeDefined();
  const problem = dialog.getByLabelText(/Card that is declined/);
  expect(problem.closest('details')?.open).toBe(false);
  await user.click(dialog.getByText('Try a payment problem'));
  await user.click(problem);
  server.on(RESERVE, DECLINED);
  server.on('get events/7/locks/', [200, [lockedSeat(0)]]);
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  await dialog.findByText(/^The payment was declined\./);
  expect(server.requests.find(({ call }) => call === RESERVE)?.body).toMatchObject({
    payment_method: 'card_declined',
  });
});

it('has nothing about a demo where payments are real', async () => {
  const { dialog } = await openReview();
  expect(dialog.queryByText(/Demo/)).toBeNull();
  expect(dialog.queryByText('Try a payment problem')).toBeNull();
});

it('shows which lock expired when the server refuses', async () => {
  const { server, user, dialog } = await openReview();
  server.on('get events/7/locks/', [200, []]);
  server.on(RESERVE, conflict(0, 'expired', 'Your lock on A1 has expired.'));
  await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
  const news = within(await screen.findByRole('dialog', { name: 'Your hold has run out' }));
  expect(news.getByText(/Your hold on Stalls, row A, seat 1 has run out/)).toBeDefined();
});

describe('during a payment', () => {
  it('the order cannot be sent twice and the dialog cannot be closed', async () => {
    const { server, user, dialog } = await openReview();
    const answer = server.defer(RESERVE);
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    const button = dialog.getByRole('button', { name: 'Paying…' });
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(button);
    expect(dialog.getByText('Your payment is under way.').getAttribute('role')).toBe('status');
    await user.click(button);
    fireEvent(screen.getByRole('dialog'), new Event('cancel'));
    expect(dialog.getByText(/^Held for/)).toBeDefined();
    expect(dialog.getByRole('button', { name: 'Back to the map' })).toHaveProperty(
      'disabled',
      true,
    );
    await act(async () => {
      answer(booked());
      await Promise.resolve();
    });
    await confirmed();
    expect(server.writes()).toEqual([RESERVE]);
  });

  it('a duplicate request waits for the first, with the same key', async () => {
    const { server, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, CONNECTION_LOST, IN_FLIGHT, IN_FLIGHT, IN_FLIGHT, booked());
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await confirmed();
    const keys = server.keysOf(RESERVE);
    expect(keys).toHaveLength(5);
    expect(new Set(keys).size).toBe(1);
  });
});

describe('a failed payment', () => {
  it('leaves the seats held and offers another method', async () => {
    const { server, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, DECLINED, booked());
    server.on('get events/7/locks/', [200, [lockedSeat(0)]]);
    await user.click(dialog.getByRole('radio', { name: /Another card/ }));
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    const news = await dialog.findByText(/^The payment was declined\..* pay another way\.$/);
    expect(news.closest('[role=alert]')).not.toBeNull();
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');

    await user.click(dialog.getByRole('radio', { name: /Invoice/ }));
    await user.click(dialog.getByRole('button', { name: /^Try again/ }));
    await confirmed();
    expect(new Set(server.keysOf(RESERVE)).size).toBe(2);
  });

  it('is retried with a new key when the server did nothing', async () => {
    const { server, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, NOT_PAID, booked());
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await dialog.findByText(/you were not charged\. Try again\.$/);
    await user.click(dialog.getByRole('button', { name: /^Try again/ }));
    await confirmed();
    expect(server.keysOf(RESERVE)).toHaveLength(2);
    expect(new Set(server.keysOf(RESERVE)).size).toBe(2);
  });

  it('shows why when the seats are gone', async () => {
    const { server, socket, user, dialog } = await openReview();
    server.on('get events/7/locks/', [200, []]);
    server.on(RESERVE, () => {
      socket.receive(deltaFrame(1, [0, 2, null, null]));
      socket.receive(deltaFrame(2, [0, 0, null, null]));
      return [402, { error: 'Withdrawn.', code: 'payment_withdrawn' }];
    });
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    const news = await screen.findByRole('dialog', { name: 'The payment did not go through' });
    expect(news.textContent).toMatch(/The bank withdrew the payment/);
  });
});

describe('a lost response', () => {
  const NETWORK_TRIES = 3;
  const lostTries = Array.from({ length: NETWORK_TRIES }, () => CONNECTION_LOST);

  it('is asked for again by itself once the network is back, and says why nothing can change', async () => {
    const { server, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, ...lostTries, booked());
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await dialog.findByText(/the way to pay stay the same/, undefined, { timeout: 4_000 });
    act(() => {
      window.dispatchEvent(new Event('online'));
    });
    await confirmed();
    expect(new Set(server.keysOf(RESERVE)).size).toBe(1);
  });

  it('is retried with the same key and the same order only', async () => {
    const { server, socket, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, ...lostTries, booked());
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await dialog.findByText(/nothing is booked or charged twice/, undefined, { timeout: 4_000 });
    expect(dialog.getByRole('group').getAttribute('aria-disabled')).toBe('true');
    await user.click(dialog.getByRole('radio', { name: /Invoice/ }));
    expect(dialog.getByRole('radio', { name: /Invoice/ })).toHaveProperty('checked', false);

    // The order was carried out; the feed shows it before the response can be fetched.
    socket.receive(deltaFrame(1, [0, 2, null, null]));
    await user.click(dialog.getByRole('button', { name: /^Try again/ }));
    await confirmed();
    expect(server.keysOf(RESERVE)).toHaveLength(NETWORK_TRIES + 1);
    expect(new Set(server.keysOf(RESERVE)).size).toBe(1);
    expect(screen.queryByText(/not holding/)).toBeNull();
  });

  it('belongs to the same order after the dialog was closed and reopened', async () => {
    const { server, user, dialog } = await openReview();
    server.replyInTurn(RESERVE, ...lostTries, booked());
    await user.click(dialog.getByRole('button', { name: /^Confirm/ }));
    await dialog.findByText(/nothing is booked or charged twice/, undefined, { timeout: 4_000 });
    await user.click(dialog.getByRole('button', { name: 'Back to the map' }));
    expect(screen.getByText(/Look at My reservations/)).toBeDefined();
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Reserve' })).toHaveProperty('disabled', false);
    });
    await user.click(screen.getByRole('button', { name: 'Reserve' }));
    await user.click(screen.getByRole('button', { name: /^Confirm/ }));
    await confirmed();
    expect(new Set(server.keysOf(RESERVE)).size).toBe(1);
  });
});
