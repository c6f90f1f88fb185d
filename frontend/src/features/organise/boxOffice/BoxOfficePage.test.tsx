import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { AllocatedSeats, PromoCode, Seat, SeatUse } from '@/api/types';
import { LAYOUT, makeEvent, makeReservation, makeSeats, packed } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { FakeWebSocket } from '@/testing/fakeWebSocket';
import { renderBoxOffice } from '@/testing/renderBoxOffice';
import { ALICE, liveSnapshot, seatButton } from '@/testing/selectorHarness';

const CLERK = {
  ...ALICE,
  permissions: [
    'reservations.view_reservation',
    'reservations.change_reservation',
    'reservations.change_seat',
  ],
};
const OFFICE = 'events/7/box-office';
const KEPT: AllocatedSeats = {
  id: 4,
  kind: 'name',
  label: 'Zoe Zimmer',
  until: '2030-05-24T18:00:00Z',
  created_at: '2030-05-24T10:00:00Z',
  created_by: 'boss',
  seat_ids: [102],
};
const USE: SeatUse = {
  seat_id: 101,
  seat_number: 'A2',
  status: 'locked',
  price: '50.00',
  lock: {
    holder: { id: 2, name: 'bob' },
    since: '2030-05-24T10:00:00Z',
    until: '2030-05-24T10:05:00Z',
  },
  booking: null,
  allocation: null,
};

/** A1 is free, A2 held, A3 kept, A4 booked, and the others are free. */
function makeHall(): Seat[] {
  const until = new Date(Date.now() + 300_000).toISOString();
  return makeSeats(8).map((seat, index) => {
    if (index === 1) return { ...seat, status: 'locked' as const, locked_until: until };
    if (index === 2) return { ...seat, status: 'blocked' as const };
    return index === 3 ? { ...seat, status: 'reserved' as const } : seat;
  });
}

async function open(kept: AllocatedSeats[] = [KEPT]) {
  FakeWebSocket.install();
  const server = new FakeServer();
  const seats = makeHall();
  server.on('get me/', [200, CLERK]);
  const child = { id: 9, name: 'Child', prices: [{ category: 1, price: '20.00' }] };
  const fees = { each_ticket: '1.00', each_booking: '0.00', tax_percent: null };
  server.on('get events/7/', [200, makeEvent({ ticket_types: [child], fees })]);
  server.on(`get events/7/layouts/${LAYOUT}/`, [200, packed(seats)]);
  server.on(`get ${OFFICE}/allocations/`, [200, kept]);
  server.on(`get ${OFFICE}/codes/`, [200, []]);
  server.on(`get ${OFFICE}/seats/101/`, [200, USE]);
  const { user } = renderBoxOffice();
  await waitFor(() => {
    FakeWebSocket.newest().receive(liveSnapshot(seats));
  });
  await screen.findByRole('button', { name: /^Seat A1,/ });
  return { server, user, socket: FakeWebSocket.newest() };
}

function bodyOf(server: FakeServer, call: string): unknown {
  return server.requests.findLast((request) => request.call === call)?.body;
}

it('sells selected seats with ticket types, and shows the code of the booking', async () => {
  const { server, user } = await open();
  await user.click(seatButton('A1'));
  await user.keyboard('{Shift>}');
  await user.click(seatButton('B1'));
  await user.keyboard('{/Shift}');
  await screen.findByRole('heading', { name: '2 seats selected' });
  expect(seatButton('A1').getAttribute('aria-pressed')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Sell' }));
  await user.type(screen.getByRole('textbox', { name: 'Name of the buyer' }), 'Zoe Zimmer');
  await user.selectOptions(
    screen.getByRole('combobox', { name: 'Ticket type of B1' }),
    'Child, €20.00',
  );
  await user.click(screen.getByRole('radio', { name: 'By card reader' }));
  const sold = makeReservation({ channel: 'box_office', buyer_name: 'Zoe Zimmer' });
  server.on(`post ${OFFICE}/sell/`, [
    201,
    {
      success: true,
      message: 'x',
      reservation_id: sold.id,
      reservation: sold,
      buyer_mailed: false,
    },
  ]);
  await user.click(screen.getByRole('button', { name: 'Sell for €72.00' }));
  expect(await screen.findByText(sold.id)).toBeDefined();
  expect(screen.getByText(/gets no mail/)).toBeDefined();
  expect(bodyOf(server, `post ${OFFICE}/sell/`)).toEqual({
    seat_ids: [100, 104],
    payment_method: 'card_reader',
    buyer_name: 'Zoe Zimmer',
    buyer_email: '',
    from_allocation: null,
    ticket_types: { '104': 9 },
    expected_total: '72.00',
  });
});

it('sells a kept seat to the person it is kept for', async () => {
  const { server, user } = await open();
  await user.click(await screen.findByRole('button', { name: 'Select: Zoe Zimmer' }));
  await user.click(screen.getByRole('button', { name: 'Give away' }));
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name of the guest' }).value).toBe(
    'Zoe Zimmer',
  );
  const conflicts = [{ seat_id: 102, seat_number: 'A3', reason: 'reserved', locked_until: null }];
  server.on(`post ${OFFICE}/sell/`, [409, { error: 'x', code: 'seat_unavailable', conflicts }]);
  await user.click(screen.getByRole('button', { name: 'Give away' }));
  expect(await screen.findByText('A3 has already been reserved.')).toBeDefined();
  expect(bodyOf(server, `post ${OFFICE}/sell/`)).toMatchObject({
    seat_ids: [102],
    payment_method: 'comp',
    from_allocation: 4,
  });
});

it('names what seats are kept for as where it is chosen', async () => {
  const { user } = await open();
  expect(await screen.findByText(/^For a person, until/)).toBeDefined();
  await user.click(screen.getByRole('button', { name: /A1/ }));
  await user.click(await screen.findByRole('button', { name: 'Keep or block' }));
  expect(screen.getByRole('radio', { name: 'For a person' })).toBeDefined();
});

it('keeps free seats for a person until a time', async () => {
  const { server, user } = await open();
  await user.type(screen.getByRole('textbox', { name: 'Seats by name' }), 'a1, b2, x9');
  await user.click(screen.getByRole('button', { name: 'Add' }));
  expect(screen.getByText('Not in this event: x9')).toBeDefined();
  await user.click(await screen.findByRole('button', { name: 'Keep or block' }));
  await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Zoe');
  fireEvent.change(screen.getByLabelText('Until'), { target: { value: '2030-05-24T18:00' } });
  server.on(`post ${OFFICE}/allocate/`, [200, { success: true, message: 'x', seats: [] }]);
  await user.click(screen.getByRole('button', { name: 'Keep off sale' }));
  expect(await screen.findByRole('heading', { name: '2 seats are off sale: Zoe.' })).toBeDefined();
  expect(bodyOf(server, `post ${OFFICE}/allocate/`)).toEqual({
    seat_ids: [100, 105],
    kind: 'name',
    label: 'Zoe',
    until: '2030-05-24T18:00',
    from_allocation: null,
  });
});

it('makes a code for seats that were just kept for a channel', async () => {
  const { server, user } = await open([]);
  await user.click(seatButton('A1'));
  await user.click(await screen.findByRole('button', { name: 'Keep or block' }));
  await user.click(screen.getByRole('radio', { name: 'For a sponsor or seller' }));
  await user.type(screen.getByRole('textbox', { name: /^Name of the sponsor/ }), 'Bank');
  server.on(`post ${OFFICE}/allocate/`, [200, { success: true, message: 'x', seats: [] }]);
  server.on(`get ${OFFICE}/allocations/`, [200, [{ ...KEPT, kind: 'channel', label: 'Bank' }]]);
  await user.click(screen.getByRole('button', { name: 'Keep off sale' }));
  expect(await screen.findByRole('heading', { name: '1 seat is off sale: Bank.' })).toBeDefined();
  expect(await screen.findByRole('button', { name: 'New code' })).toBeDefined();
});

it('clears the selection by Escape, but not from a field or a dialog', async () => {
  const { user } = await open();
  await user.click(seatButton('A2'));
  await user.click(screen.getByRole('textbox', { name: 'Seats by name' }));
  await user.keyboard('{Escape}');
  expect(screen.getByRole('heading', { name: '1 seat selected' })).toBeDefined();
  screen.getByRole('heading', { name: '1 seat selected' }).focus();
  await user.keyboard('{Escape}');
  expect(screen.getByRole('heading', { name: 'Nothing is selected' })).toBeDefined();
});

it('clears the selection by a click on the empty map, also of seats that were kept', async () => {
  const { server, user } = await open();
  await user.click(seatButton('A1'));
  await user.click(await screen.findByRole('button', { name: 'Keep or block' }));
  await user.type(screen.getByRole('textbox', { name: /^Name/ }), 'Zoe');
  server.on(`post ${OFFICE}/allocate/`, [200, { success: true, message: 'x', seats: [] }]);
  await user.click(screen.getByRole('button', { name: 'Keep off sale' }));
  await user.click(await screen.findByRole('button', { name: 'Select them' }));
  expect(screen.getByRole('heading', { name: '1 seat selected' })).toBeDefined();
  const frame = seatButton('A1').closest('.map__frame');
  if (frame === null) throw new Error('There is no map');
  const place = { clientX: 2, clientY: 2, button: 0, detail: 1 };
  fireEvent.pointerDown(frame, { pointerId: 1, pointerType: 'mouse', ...place });
  fireEvent.pointerUp(frame, { pointerId: 1, pointerType: 'mouse', ...place });
  fireEvent.click(frame, place);
  expect(screen.getByRole('heading', { name: 'Nothing is selected' })).toBeDefined();
});

it('sells to somebody who tells no name', async () => {
  const { server, user } = await open();
  await user.click(seatButton('A1'));
  await user.click(await screen.findByRole('button', { name: 'Sell' }));
  const sold = { ...makeReservation(), buyer_name: '', buyer_mailed: null };
  server.on(`post ${OFFICE}/sell/`, [
    201,
    { success: true, message: 'x', reservation_id: sold.id, reservation: sold, buyer_mailed: null },
  ]);
  await user.click(screen.getByRole('button', { name: /^Sell for/ }));
  expect(await screen.findByRole('heading', { name: 'Sold' })).toBeDefined();
  expect(screen.getByText(sold.ticket_code).previousSibling?.textContent).toBe(
    'Code on the ticket, for the door',
  );
  expect(screen.getByText(sold.id).previousSibling?.textContent).toBe('Booking number');
  expect(bodyOf(server, `post ${OFFICE}/sell/`)).toMatchObject({ buyer_name: '' });
});

it('says who holds a seat, and releases it after a question', async () => {
  const { server, user } = await open();
  await user.click(seatButton('A2'));
  expect(await screen.findByText(/^Held by bob since/)).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Release the hold' }));
  const dialog = within(await screen.findByRole('alertdialog'));
  server.on(`post ${OFFICE}/release/`, [200, { success: true, message: 'x', seats: [] }]);
  await user.click(dialog.getByRole('button', { name: 'Release' }));
  expect(await screen.findByRole('heading', { name: /^1 hold is released/ })).toBeDefined();
});

it('tells when somebody else takes a selected seat', async () => {
  const { user, socket } = await open();
  await user.click(seatButton('A1'));
  socket.receive({
    type: 'delta',
    from: 1,
    seq: 2,
    now: Date.now(),
    changes: [[0, 2, null, null]],
  });
  const panel = within(screen.getByRole('region', { name: '1 seat selected' }));
  expect(await panel.findByText('A1 has changed meanwhile: booked.')).toBeDefined();
  expect(panel.queryByRole('button', { name: 'Sell' })).toBeNull();
  await user.click(panel.getByRole('button', { name: 'Take note' }));
  expect(document.activeElement?.textContent).toBe('1 seat selected');
  await user.click(panel.getByRole('button', { name: 'Clear' }));
  expect(document.activeElement?.textContent).toBe('Nothing is selected');
});

it('puts kept seats on sale', async () => {
  const { server, user } = await open();
  await user.click(await screen.findByRole('button', { name: 'Select: Zoe Zimmer' }));
  server.on(`post ${OFFICE}/unblock/`, [200, { success: true, message: 'x', seats: [] }]);
  await user.click(screen.getByRole('button', { name: 'Put on sale' }));
  expect(await screen.findByRole('heading', { name: '1 seat is on sale again.' })).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Select them' }));
  expect(document.activeElement?.textContent).toBe('1 seat selected');
  expect(bodyOf(server, `post ${OFFICE}/unblock/`)).toEqual({ seat_ids: [102] });
});

it('creates a code for a channel, and withdraws it', async () => {
  const { server, user } = await open([{ ...KEPT, kind: 'channel', label: 'Bank' }]);
  await user.click(await screen.findByRole('button', { name: 'New code' }));
  const code: PromoCode = {
    ...{ id: 3, code: 'BANK-2030', allocation: 4, label: 'Bank', max_seats: 1, held: 0, sold: 0 },
    ...{ revenue: '0.00', expires_at: null, withdrawn_at: null, created_by: 'boss' },
    created_at: '2030-05-24T10:00:00Z',
  };
  await user.type(screen.getByRole('textbox', { name: 'Code' }), 'bank-2030');
  server.on(`post ${OFFICE}/codes/`, [201, code]);
  server.on(`get ${OFFICE}/codes/`, [200, [code]]);
  await user.click(screen.getByRole('button', { name: 'Create' }));
  expect(await screen.findByText('BANK-2030')).toBeDefined();
  expect(bodyOf(server, `post ${OFFICE}/codes/`)).toEqual({
    ...{ allocation: 4, promo_code: 'bank-2030', max_seats: 1, expires_at: null },
  });
  const withdrawn = { ...code, withdrawn_at: '2030-05-24T11:00:00Z' };
  server.on(`post ${OFFICE}/codes/3/withdraw/`, [200, withdrawn]);
  server.on(`get ${OFFICE}/codes/`, [200, [withdrawn]]);
  await user.click(screen.getByRole('button', { name: 'Withdraw: BANK-2030' }));
  const dialog = within(await screen.findByRole('alertdialog'));
  await user.click(dialog.getByRole('button', { name: 'Withdraw' }));
  expect(await screen.findByText(/withdrawn$/)).toBeDefined();
});

it('is not for people who only see bookings', async () => {
  FakeWebSocket.install();
  const server = new FakeServer();
  server.on('get me/', [200, { ...CLERK, permissions: ['reservations.view_reservation'] }]);
  server.on('get events/7/', [200, makeEvent()]);
  renderBoxOffice();
  expect(await screen.findByText('This page is for organisers')).toBeDefined();
});
