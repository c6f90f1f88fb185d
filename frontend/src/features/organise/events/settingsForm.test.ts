import { describe, expect, it } from 'vitest';

import { toLocalInput } from '@/features/organise/events/localTime';
import { changesOf, valuesOf } from '@/features/organise/events/settingsForm';
import { makeEventSettings } from '@/testing/eventSettings';

describe('times in the form', () => {
  it('are those of the zone, in summer and winter', () => {
    expect(toLocalInput('2030-07-01T17:30:00.000Z', 'Europe/Berlin')).toBe('2030-07-01T19:30');
    expect(toLocalInput('2030-01-01T18:30:00.000Z', 'Europe/Berlin')).toBe('2030-01-01T19:30');
    expect(toLocalInput('2030-01-01T23:30:00.000Z', 'Asia/Tokyo')).toBe('2030-01-02T08:30');
  });

  it('begin the day at 00:00', () => {
    expect(toLocalInput('2030-01-01T00:00:00.000Z', 'UTC')).toBe('2030-01-01T00:00');
  });

  it('are empty where none is set', () => {
    expect(toLocalInput(null, 'UTC')).toBe('');
  });
});

it.each([
  ['JPY', '5000', '150', '0'],
  ['EUR', '5000.00', '150.00', '0.00'],
  ['KWD', '5000.000', '150.000', '0.000'],
])('shows amounts in the digits of %s', (currency, price, ticketFee, bookingFee) => {
  const event = { currency, price: '5000.00', ticket_fee: '150.00', booking_fee: '0.00' };
  const shown = valuesOf(makeEventSettings(event));
  expect([shown.price, shown.ticket_fee, shown.booking_fee]).toEqual([
    price,
    ticketFee,
    bookingFee,
  ]);
});

describe('changes', () => {
  const values = valuesOf(makeEventSettings({ lock_seconds: 600, time_zone: 'Europe/Berlin' }));

  it('are only of the fields that were changed', () => {
    expect(changesOf({ ...values, name: 'Opera' }, { name: true })).toEqual({ name: 'Opera' });
    expect(changesOf(values, {})).toEqual({});
  });

  it('are in the units of the server, with null for what is empty', () => {
    const changed = { ...values, lock_seconds: '2,5', seat_cap: '', payment_seconds: '48' };
    expect(
      changesOf(changed, { lock_seconds: true, seat_cap: true, payment_seconds: true }),
    ).toEqual({ lock_seconds: 150, seat_cap: null, payment_seconds: 172_800 });
  });

  it('send a price with a comma as a decimal', () => {
    expect(changesOf({ ...values, price: ' 12,50 ' }, { price: true })).toEqual({ price: '12.50' });
  });

  it('send all times with another zone, which means the same times there', () => {
    const moved = changesOf({ ...values, time_zone: 'Asia/Tokyo' }, { time_zone: true });
    expect(moved).toEqual({
      time_zone: 'Asia/Tokyo',
      date: values.date,
      ends_at: null,
      sales_open_at: null,
      sales_close_at: null,
      cancel_until: null,
      companions_held_until: null,
    });
  });

  it('send until when companion seats are held, and what is done about orphans', () => {
    const changed = {
      ...values,
      companions_held_until: '2030-05-01T12:00',
      orphan_rule: 'off' as const,
    };
    expect(changesOf(changed, { companions_held_until: true, orphan_rule: true })).toEqual({
      companions_held_until: '2030-05-01T12:00',
      orphan_rule: 'off',
    });
  });

  it('send the chosen ways to pay, or null for the usual ones', () => {
    const own = { ...values, offline: 'own' as const, offline_methods: ['invoice'] };
    expect(changesOf(own, { offline: true })).toEqual({ offline_methods: ['invoice'] });
    expect(changesOf({ ...own, offline: 'usual' }, { offline: true })).toEqual({
      offline_methods: null,
    });
  });
});
