import type { SaleFigures } from '@/api/types';

type SaleMinute = SaleFigures['minutes'][number];

/** The figures of a sale without any booking. */
export function makeFigures(fields: Partial<SaleFigures> = {}): SaleFigures {
  return {
    seq: 1,
    now: Date.now(),
    currency: 'EUR',
    time_zone: 'Europe/Berlin',
    bookings: 0,
    tickets: 0,
    revenue: '0.00',
    fees: '0.00',
    sections: [],
    holds: { begun: 0, reserved: 0, expired: 0, released: 0 },
    kept_since: 0,
    minutes: [],
    course: [],
    payments: { made: 0, failed: 0 },
    ...fields,
  };
}

export function makeMinute(at: number, fields: Partial<SaleMinute> = {}): SaleMinute {
  return {
    at,
    begun: 0,
    reserved: 0,
    expired: 0,
    released: 0,
    sold: 0,
    returned: 0,
    revenue: '0.00',
    conflicts: 0,
    ...fields,
  };
}
