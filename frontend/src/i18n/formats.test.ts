import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { methodName } from '@/domain/payments';
import { nextSalesChange, salesAt } from '@/domain/sales';
import { applyLanguage, loadMessages } from '@/i18n/language';
import { formatAmount, formatMoney, formatShortMoney, sumAmounts } from '@/i18n/money';
import { formatCountdown, formatDateTime, formatWait } from '@/i18n/time';
import { returnPath, signInPath } from '@/paths';

describe('money', () => {
  it('is summed without floating point errors', () => {
    expect(sumAmounts(['0.10', '0.20'])).toBe('0.30');
    expect(sumAmounts(['19.99', '19.99', '19.99'])).toBe('59.97');
    expect(sumAmounts([])).toBe('0.00');
    expect(sumAmounts(['12.505', '0.005'])).toBe('12.510');
  });

  it('is shown with its currency, even an invalid one', () => {
    expect(formatMoney('50.00', 'EUR')).toBe('€50.00');
    expect(formatMoney('50.00', '??')).toBe('50.00 ??');
  });

  it.each([
    ['EUR', '€5,000.00', '5,000.00 EUR'],
    ['JPY', 'JP¥5,000', '5,000 JPY'],
    ['KWD', 'KWD\u00a05,000.000', '5,000.000 KWD'],
    ['??', '5000.00 ??', '5,000.00 ??'],
  ])("in %s has the currency's number of decimals", (currency, shown, said) => {
    expect(formatMoney('5000.00', currency)).toBe(shown);
    expect(formatAmount('5000.00', currency)).toBe(said);
  });

  it.each([
    ['JPY', 'JP¥50.50', '50.50 JPY'],
    ['COP', 'COP\u00a050.50', '50.50 COP'],
    ['EUR', '€50.50', '50.50 EUR'],
  ])('in %s is never rounded', (currency, shown, said) => {
    expect(formatMoney('50.50', currency)).toBe(shown);
    expect(formatAmount('50.50', currency)).toBe(said);
  });
});

describe('short money', () => {
  it.each([
    ['50.00', 'EUR', '€50'],
    ['50.50', 'EUR', '€50.50'],
    ['5000', 'JPY', 'JP¥5,000'],
    ['50.00', '??', '50.00 ??'],
  ])('of %s %s is %s', (amount, currency, shown) => {
    expect(formatShortMoney(amount, currency)).toBe(shown);
  });
});

describe('a countdown', () => {
  it('rounds seconds up and ends at zero', () => {
    expect(formatCountdown(300_000)).toBe('5:00');
    expect(formatCountdown(298_001)).toBe('4:59');
    expect(formatCountdown(1)).toBe('0:01');
    expect(formatCountdown(0)).toBe('0:00');
    expect(formatCountdown(-500)).toBe('0:00');
  });

  it('has a suitable unit', () => {
    expect(formatWait(34 * 86_400_000 + 5000)).toBe('34 days');
    expect(formatWait(5 * 3_600_000 + 5000)).toBe('5 hours');
    expect(formatWait(90_000)).toBe('1:30');
  });
});

describe('in another language', () => {
  beforeEach(async () => {
    vi.stubGlobal('document', { documentElement: {} });
    await applyLanguage('de');
  });

  afterEach(async () => {
    await applyLanguage('en');
  });

  it('money, dates and waits are formatted for that locale', () => {
    expect(formatMoney('1250.50', 'EUR')).toBe('1.250,50\u00a0€');
    expect(formatDateTime('2026-12-18T12:00:00')).toBe('Fr., 18. Dez. 2026, 12:00 Uhr');
    expect(formatWait(34 * 86_400_000 + 5000)).toBe('34 Tage');
  });

  it("payment methods have their translated name, or the site's own", async () => {
    await loadMessages('payments');
    expect(methodName({ name: 'Invoice' })).toBe('Rechnung');
    expect(methodName({ name: 'Voucher' })).toBe('Voucher');
  });
});

describe('sales', () => {
  const event = {
    sales: 'upcoming',
    visibility: 'public',
    sales_open_at: '2026-01-01T10:00:00Z',
    sales_close_at: '2026-01-02T10:00:00Z',
    cancelled_at: null,
  } as const;
  const at = (iso: string) => Date.parse(iso);

  it('open and close at their times, whatever the server said before', () => {
    expect(salesAt(event, at('2026-01-01T09:59:59Z'))).toBe('upcoming');
    expect(salesAt(event, at('2026-01-01T10:00:00Z'))).toBe('open');
    expect(salesAt(event, at('2026-01-02T10:00:00Z'))).toBe('closed');
  });

  it('have a next time of change', () => {
    expect(nextSalesChange(event, at('2026-01-01T00:00:00Z'))).toBe(at(event.sales_open_at));
    expect(nextSalesChange(event, at('2026-01-01T12:00:00Z'))).toBe(at(event.sales_close_at));
    expect(nextSalesChange(event, at('2026-01-03T00:00:00Z'))).toBeNull();
  });
});

describe('the path after signing in', () => {
  it('is the previous page', () => {
    const path = signInPath({ pathname: '/events/7', search: '' });
    expect(returnPath(new URL(path, 'http://site').searchParams)).toBe('/events/7');
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n\\evil.example',
    '\t//evil.example',
    'javascript:alert(1)',
    'events/7',
    '/sign-in',
  ])('is never %j', (next) => {
    expect(returnPath(new URLSearchParams({ next }))).toBe('/');
  });
});
