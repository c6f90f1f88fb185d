import { expect, it } from 'vitest';

import { isBookingNumber, parseTicketCode } from '@/domain/door/ticketCode';

const CODE = 'CRYMFEV56F1S62DG-CBFEWNN5XC4LDKUU';

it.each([
  CODE,
  CODE.toLowerCase(),
  'crymfev56f1s62dg cbfewnn5xc4ldkuu',
  'CRYMFEV56F1S62DGCBFEWNN5XC4LDKUU',
  'CRYM FEV5 6F1S 62DG \u2013 CBFE WNN5 XC4L DKUU',
  'CRYMFEV56F1S62DG\u2014CBFEWNN5XC4LDKUU',
  'CRYMFEV56F1S62DG\u2011CBFEWNN5XC4LDKUU',
  'CRYMFEV56F1S62DG\u2212CBFEWNN5XC4LDKUU',
  `https://seats.example/tickets/${CODE}?x=1`,
])('reads the ticket code from %s', (typed) => {
  expect(parseTicketCode(` ${typed} `)).toBe(CODE);
});

it('keeps the seat of a ticket for one seat', () => {
  expect(parseTicketCode('crymfev56f1s62dg cbfewnn5xc4ldkuu.17')).toBe(`${CODE}.17`);
});

it('leaves signed tickets as they are', () => {
  const signed = `CRYMFEV56F1S62DG.7.1000.2P.${'aB-_'.repeat(21)}aB`;
  expect(parseTicketCode(signed)).toBe(signed);
});

it.each([
  ['crym fev5 6f1s 62dg', true],
  [CODE, false],
  ['hello', false],
])('tells whether %s is a booking number: %s', (text, is) => {
  expect(isBookingNumber(text)).toBe(is);
});
