import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { messageForCode } from '@/api/errorMessages';
import { de } from '@/i18n/de';
import { deOfOrganisers } from '@/i18n/deOfOrganisers';
import { en } from '@/i18n/en';
import { enOfPages } from '@/i18n/enOfPages';
import { applyLanguage } from '@/i18n/language';
import { listedRefusals } from '@/testing/fixtures';

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: {} });
});

afterEach(async () => {
  await applyLanguage('en');
});

describe.each([
  ['English', { ...en.errors, ...enOfPages.accountErrors, ...enOfPages.organiserErrors }],
  ['German', { ...de.errors, ...de.accountErrors, ...deOfOrganisers.organiserErrors }],
])('messages in %s', (_language, sentences) => {
  const { codes, reasons } = listedRefusals();

  it.each(codes)('exist for the code %s', (code) => {
    expect(sentences).toHaveProperty(`code_${code}`);
  });

  it.each(reasons)('exist for the conflict reason %s', (reason) => {
    expect(sentences).toHaveProperty(`reason_${reason}_one`);
    expect(sentences).toHaveProperty(`reason_${reason}_other`);
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
