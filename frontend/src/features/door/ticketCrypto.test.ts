import { expect, it } from 'vitest';

import { parseSignedTicket } from '@/domain/door/signedTicket';
import { ticketCrypto } from '@/features/door/ticketCrypto';
import { signedTickets } from '@/testing/fixtures';

const signed = signedTickets();
const ticket = parseSignedTicket(signed.signed_ticket);
if (ticket === null) throw new Error('It is not a signed ticket');

it('verifies what the server has signed, with its key only', async () => {
  const [key, older] = signed.public_keys;
  expect(await ticketCrypto.verify(ticket.signature, ticket.text, key)).toBe(true);
  expect(await ticketCrypto.verify(ticket.signature, ticket.text, older)).toBe(false);
});

it.each([
  ['the event', ticket.text.replace('.7.', '.8.')],
  ['the number of people', ticket.text.replace('.3P', '.4P')],
  ['whether it is paid', ticket.text.replace('P', 'U')],
  ['the booking', ticket.text.replace('0', '1')],
])('refuses a ticket on which %s was changed', async (_what, text) => {
  const [key] = signed.public_keys;
  expect(await ticketCrypto.verify(ticket.signature, text, key)).toBe(false);
});

it('refuses signatures and keys that are none', async () => {
  const [key] = signed.public_keys;
  expect(await ticketCrypto.verify('A'.repeat(86), ticket.text, key)).toBe(false);
  expect(await ticketCrypto.verify(ticket.signature, ticket.text, 'A'.repeat(43))).toBe(false);
});

it('has the digests of the list', async () => {
  expect(await ticketCrypto.digest(signed.ticket_code)).toBe(signed.code_digest);
});
