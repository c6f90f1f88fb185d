import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { messageForCode } from '@/api/errorMessages';
import { applyLanguage, loadMessages } from '@/i18n/language';
import { isMessageKey } from '@/i18n/messageKey';
import { listedRefusals } from '@/testing/fixtures';

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
});

afterEach(async () => {
  await applyLanguage('en');
});

describe('messages', () => {
  const { codes, reasons } = listedRefusals();

  beforeEach(async () => {
    await loadMessages('accountErrors', 'organiserErrors');
  });

  it.each(codes)('exist for the code %s', (code) => {
    expect(messageForCode(code)).not.toBeNull();
  });

  it.each(reasons)('exist for the conflict reason %s', (reason) => {
    expect(isMessageKey(`errors:reason_${reason}_one`)).toBe(true);
    expect(isMessageKey(`errors:reason_${reason}_other`)).toBe(true);
  });
});

describe('an error message', () => {
  it('includes the details of the response', () => {
    const at = { sales_open_at: '2099-05-04T10:00:00Z' };
    expect(messageForCode('sales_not_open', at)).toMatch(/Sales open on Mon, 4 May 2099/);
    expect(messageForCode('seat_limit', { seat_cap: 10 })).toMatch(/at most 10 seats/);
    expect(messageForCode('purchase_limit', { purchase_cap: 4 })).toMatch(/buy at most 4 seats/);
    expect(messageForCode('lock_cooldown', { available_at: '2026-05-04T10:00:00Z' })).toMatch(
      /again from Mon, 4 May 2026/,
    );
    expect(messageForCode('no_seats_together', { largest: 4 })).toMatch(/now is 4\.$/);
    expect(messageForCode('cancellation_closed', { cancel_until: '2026-05-04T10:00:00Z' })).toMatch(
      /until Mon, 4 May 2026/,
    );
  });

  it('gives the wait in a suitable unit', () => {
    expect(messageForCode('throttled', {}, 1)).toMatch(/in 1 second\.$/);
    expect(messageForCode('throttled', {}, 57)).toMatch(/in 57 seconds\.$/);
    expect(messageForCode('throttled', {}, 120)).toMatch(/in 2 minutes\.$/);
  });

  it('does without missing or malformed details', () => {
    expect(messageForCode('sales_not_open')).toBe('This event is not on sale yet.');
    expect(messageForCode('sales_not_open', { sales_open_at: 'soon' })).toBe(
      'This event is not on sale yet.',
    );
    expect(messageForCode('seat_limit', { seat_cap: 'ten' })).toMatch(/cannot hold more seats/);
    expect(messageForCode('throttled')).toMatch(/Wait a moment/);
  });

  it("is in the page's language", async () => {
    await applyLanguage('de');
    expect(messageForCode('busy')).toMatch(/Andrang/);
    expect(messageForCode('seat_limit', { seat_cap: 1 })).toMatch(/höchstens 1 Platz /);
  });

  it('is null for an unknown code', () => {
    expect(messageForCode('on_fire')).toBeNull();
    expect(messageForCode('constructor')).toBeNull();
  });
});
