import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Booking, FoundBooking, Quote } from '@/api/types';
import { BookingsPage } from '@/features/organise/bookings/BookingsPage';
import { LAYOUT, makeEvent, makeReservation, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { renderPage } from '@/testing/renderPage';
import { ALICE, deltaFrame, liveSnapshot } from '@/testing/selectorHarness';

const SELLER = {
  ...ALICE,
  username: 'seller',
  permissions: ['reservations.view_reservation', 'reservations.change_reservation'],
};
const SEATS = makeSeats(4).map((seat, index) =>
  index === 0 ? { ...seat, status: 'reserved' as const, is_available: false } : seat,
);
const FOUND: FoundBooking = {
  ...makeReservation(),
  buyer: { name: 'Zoe', email: 'zoe@example.com', account: 'zoe' },
};
const BOOKING: Booking = {
  ...FOUND,
  paid_online: null,
  settlements: [],
  dispute: null,
  given_up: [],
  split_from: null,
  to_pay_back: null,
  paid_back_at: null,
  paid_back: null,
  if_cancelled: { refunded: '50.00', paid_back: '0.00' },
};
const ID = FOUND.id;
const LIST = 'get events/7/bookings/?q=&state=all&limit=30';

function quote(changes: Partial<Quote> = {}): Quote {
  return {
    seats: [
      {
        seat_id: 100,
        seat_number: 'A1',
        new_seat_id: 102,
        new_seat_number: 'A3',
        ticket_type: '',
        price: '50.00',
        new_price: '80.00',
      },
    ],
    difference: '30.00',
    currency: 'EUR',
    settlings: ['cash', 'card_reader', 'waived'],
    ...changes,
  };
}

function open(path = '', booking: Booking = BOOKING) {
  FakeWebSocket.install();
  const server = new FakeServer();
  server.on('get me/', [200, SELLER]);
  server.on('get events/7/', [200, makeEvent()]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(SEATS)]);
  server.on(LIST, [200, [FOUND]]);
  server.on(`get reservations/${ID}/booking/`, [200, booking]);
  renderPage(
    { '/organise/events/:eventId/bookings': <BookingsPage /> },
    `/organise/events/7/bookings${path}`,
  );
  return server;
}

it('lists bookings, and finds those that are asked for', async () => {
  const server = open();
  expect(await screen.findByRole('button', { name: `Open booking ${ID}` })).toBeDefined();
  server.on('get events/7/bookings/?q=bob&state=all&limit=30', [200, []]);
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: ' bob ' } });
  expect(await screen.findByText('No booking is found.')).toBeDefined();
});

it('opens a booking with its money and what became of its seats', async () => {
  open('', {
    ...BOOKING,
    paid_online: '150.00',
    settlements: [
      {
        at: '2026-11-22T05:00:00Z',
        kind: 'difference',
        method: 'cash',
        amount: '30.00',
        status: '',
        other: null,
      },
    ],
    given_up: [
      {
        seat_id: 101,
        seat_number: 'A2',
        new_seat: 'A1',
        new_reservation: null,
        at: '2026-11-22T05:00:00Z',
      },
    ],
  });
  fireEvent.click(await screen.findByRole('button', { name: `Open booking ${ID}` }));
  expect(await screen.findByText(/A2 was given up for A1/)).toBeDefined();
  expect(screen.getByText('Paid online').nextSibling?.textContent).toBe('€150.00');
  expect(screen.getByText('€30.00')).toBeDefined();
  expect(document.activeElement?.textContent).toBe('Zoe');
});

async function chooseSeat(name: string) {
  fireEvent.change(await screen.findByRole('textbox', { name: 'Seat' }), {
    target: { value: name },
  });
  fireEvent.click(screen.getByRole('button', { name: 'Choose' }));
}

it.each([
  [true, 'The seats are moved. The buyer gets a mail.'],
  [false, 'The seats are moved. The buyer gets no mail about it: tell them yourself.'],
])('shows the difference before it moves, and sends it with the move', async (mailed, sentence) => {
  const server = open(`?booking=${ID}&doing=move`);
  server.on(`post reservations/${ID}/quote/`, [200, quote()]);
  await screen.findByRole('heading', { name: `Move seats of booking ${ID}` });
  await waitFor(() => {
    FakeWebSocket.newest().receive(liveSnapshot(SEATS));
  });
  expect(document.activeElement?.textContent).toBe(`Move seats of booking ${ID}`);
  expect(screen.getByText('Choose a free seat on the map.')).toBeDefined();
  await chooseSeat('A1');
  expect(screen.getByRole('alert').textContent).toContain('A1 is not free.');
  await chooseSeat('A3');
  expect(await screen.findByText('The buyer pays €30.00.')).toBeDefined();
  const panel = within(screen.getByRole('region', { name: /Move seats/ }));
  fireEvent.click(panel.getByRole('radio', { name: 'In cash' }));
  server.on(`post reservations/${ID}/move/`, [
    200,
    { success: true, message: '', reservation: BOOKING, buyer_mailed: mailed },
  ]);
  fireEvent.click(panel.getByRole('button', { name: 'Move seats' }));
  await screen.findByText(sentence);
  expect(document.activeElement?.textContent).toBe('Zoe');
  const sent = server.requests.find(({ call }) => call.endsWith('/move/'));
  expect(sent?.body).toEqual({
    moves: { 100: 102 },
    settling: 'cash',
    expected_difference: '30.00',
  });
});

it('tells when a chosen seat was taken meanwhile', async () => {
  const server = open(`?booking=${ID}&doing=move`);
  server.on(`post reservations/${ID}/quote/`, [200, quote()]);
  await screen.findByRole('heading', { name: `Move seats of booking ${ID}` });
  await waitFor(() => {
    FakeWebSocket.newest().receive(liveSnapshot(SEATS));
  });
  await chooseSeat('A3');
  await screen.findByText('The buyer pays €30.00.');
  FakeWebSocket.newest().receive(deltaFrame(1, [2, 2, null, null]));
  expect(await screen.findByText(/A3 was taken meanwhile/)).toBeDefined();
  expect(screen.queryByText('The buyer pays €30.00.')).toBeNull();
});

it('merges with another buyer only after a second click', async () => {
  const server = open(`?booking=${ID}`);
  server.on(`post reservations/${ID}/merge/`, (body) =>
    (body as { confirm_other_buyer: boolean }).confirm_other_buyer
      ? [200, { success: true, message: '', reservation: BOOKING, buyer_mailed: false }]
      : [409, { error: 'Others.', code: 'other_buyer' }],
  );
  fireEvent.click(await screen.findByRole('button', { name: 'Merge' }));
  const dialog = within(await screen.findByRole('dialog'));
  fireEvent.change(dialog.getByRole('textbox'), { target: { value: '0123456789ABCDEF' } });
  fireEvent.click(dialog.getByRole('button', { name: 'Merge' }));
  fireEvent.click(await dialog.findByRole('button', { name: 'Merge nevertheless' }));
  await screen.findByText(/^The bookings are one now. The buyer gets no mail about it/);
  expect(document.activeElement?.textContent).toBe('Zoe');
});

it("changes a booking's name, and leaves the account's address as it is", async () => {
  const server = open(`?booking=${ID}`);
  fireEvent.click(await screen.findByRole('button', { name: 'Edit name and address' }));
  const dialog = within(await screen.findByRole('dialog'));
  fireEvent.change(dialog.getByLabelText('Name (optional)'), {
    target: { value: ' Familie Huber ' },
  });
  server.on(`patch reservations/${ID}/booking/`, [
    200,
    { success: true, message: 'x', reservation: BOOKING },
  ]);
  const named = { ...BOOKING, buyer: { ...BOOKING.buyer, name: 'Familie Huber' } };
  server.on(`get reservations/${ID}/booking/`, [200, named]);
  fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('heading', { name: 'Familie Huber' })).toBeDefined();
  const sent = server.requests.find(({ call }) => call === `patch reservations/${ID}/booking/`);
  expect(sent?.body).toEqual({ buyer_name: 'Familie Huber' });
});

it('prints a ticket with a code of its own for each seat', async () => {
  open(`?booking=${ID}`);
  fireEvent.click(await screen.findByRole('button', { name: 'Print tickets' }));
  await screen.findByRole('dialog');
  expect(document.querySelector('.printed')?.textContent).toContain(`${BOOKING.ticket_code}.100`);
});

const DUE = { ...BOOKING, payment_method: 'invoice', payment_status: 'due' as const };

it('asks before a booking is marked as paid, with the amount and where the ticket is mailed', async () => {
  const server = open(`?booking=${ID}`, DUE);
  const paid = `post reservations/${ID}/paid/`;
  server.on(paid, [200, { success: true, message: '' }]);
  fireEvent.click(await screen.findByRole('button', { name: 'Mark as paid' }));
  const dialog = within(screen.getByRole('alertdialog'));
  expect(dialog.getByText(/^Confirm that €50\.00 has come in\./).textContent).toMatch(
    /A mail with the ticket goes to zoe@example\.com\.$/,
  );
  expect(server.writes()).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Mark as paid' }));
  expect(await screen.findByText('The booking is paid.')).toBeDefined();
  expect(server.writes()).toEqual([paid]);
});

it('says that no mail is sent for a booking without an address', async () => {
  open(`?booking=${ID}`, { ...DUE, buyer: { name: 'Zoe', email: '', account: null } });
  fireEvent.click(await screen.findByRole('button', { name: 'Mark as paid' }));
  expect(screen.getByText(/No mail is sent: the booking has no e-mail address\.$/)).toBeDefined();
});

it('asks before a booking is marked as paid back, with the amount', async () => {
  const ended = { ...BOOKING, status: 'cancelled' as const, if_cancelled: null };
  const server = open(`?booking=${ID}`, { ...ended, to_pay_back: '19.90' });
  const paidBack = `post reservations/${ID}/paid-back/`;
  server.on(paidBack, [200, { success: true, message: '', reservation: ended }]);
  fireEvent.click(await screen.findByRole('button', { name: 'Mark as paid back' }));
  const dialog = within(screen.getByRole('alertdialog'));
  expect(dialog.getByText(/^Confirm that the buyer has got €19\.90 back\./)).toBeDefined();
  expect(server.writes()).toEqual([]);
  fireEvent.click(dialog.getByRole('button', { name: 'Mark as paid back' }));
  expect(await screen.findByText('It is marked as paid back.')).toBeDefined();
  expect(server.writes()).toEqual([paidBack]);
});

const REFUNDED = '€50.00 is refunded the way it was paid.';
const PAID_BACK = '€19.90 is to be paid back at the box office.';
const NOTHING = 'No money is given back, because none was paid.';

const ONE = 'This seat goes back on sale at once: Stalls, row A, seat 1.';
const TWO = 'These seats go back on sale at once: Stalls, row A, seats 1, 2.';

it.each([
  [['1'], '50.00', '0.00', `${ONE} ${REFUNDED}`],
  [['1', '2'], '0.00', '19.90', `${TWO} ${PAID_BACK}`],
  [['1'], '50.00', '19.90', `${ONE} ${REFUNDED} ${PAID_BACK}`],
  [['1'], '0.00', '0.00', `${ONE} ${NOTHING}`],
])(
  'says before and after a cancellation what is given back: %s, %s, %s',
  async (numbers, refunded, paidBack, lead) => {
    const details = numbers.flatMap((number) =>
      BOOKING.seat_details.map((seat) => ({
        ...seat,
        ...{ number, seat_number: `A${number}`, seat_id: 99 + Number(number) },
      })),
    );
    const booking = {
      ...BOOKING,
      seat_details: details,
      if_cancelled: { refunded, paid_back: paidBack },
    };
    const server = open(`?booking=${ID}`, booking);
    const cancel = `post reservations/${ID}/cancel/`;
    server.on(cancel, [200, { success: true, message: '', reservation: booking }]);
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel booking' }));
    const dialog = within(screen.getByRole('alertdialog'));
    expect(dialog.getByText(lead)).toBeDefined();
    fireEvent.click(dialog.getByRole('button', { name: 'Cancel booking' }));
    const givenBack = lead.slice(lead.indexOf('. ') + 2);
    expect(
      await screen.findByText(`The booking is cancelled. Its seats are free. ${givenBack}`),
    ).toBeDefined();
  },
);

it.each([
  ['cash', 'Paid (in cash)'],
  ['card_reader', 'Paid (with the card reader)'],
  ['invoice', 'Paid (by invoice)'],
])('says how a booking was paid: %s', async (method, text) => {
  const paid = { kind: 'paid' as const, amount: '50.00', status: '', other: null };
  open(`?booking=${ID}`, {
    ...BOOKING,
    settlements: [{ at: '2026-11-22T05:00:00Z', method, ...paid }],
  });
  expect(await screen.findByText(text)).toBeDefined();
});
