import { describe, expect, it } from 'vitest';

import { ApiError, errorFromResponse, errorWithoutResponse, toApiError } from '@/api/apiError';
import { loadMessages } from '@/i18n/language';

await loadMessages('accountErrors');

describe('ApiError', () => {
  it('parses an error response', () => {
    const error = refused(409, {
      error: 'Seat A1 is locked by someone else.',
      code: 'seat_unavailable',
      conflicts: [{ seat_id: 5, seat_number: 'A1', reason: 'locked', locked_until: null }],
    });
    expect(error.message).toBe('These seats are not free any more.');
    expect(error.code).toBe('seat_unavailable');
    expect(error.status).toBe(409);
    expect(error.conflicts).toEqual([{ seatId: 5, seatNumber: 'A1', reason: 'locked' }]);
    expect(error.isTransient).toBe(false);
  });

  it("uses the server's message for an unknown code, or a general one", () => {
    const error = 'The hall is on fire.';
    expect(refused(409, { error, code: 'on_fire' }).message).toBe(error);
    expect(refused(409, { error }).message).toBe(error);
  });

  it('keeps the errors of each field', () => {
    const error = refused(400, {
      error: 'Please check the form.',
      code: 'invalid',
      fields: { username: ['This name is taken.'], password: ['Too short.', 'Too common.'] },
    });
    expect(error.fields.get('username')).toEqual(['This name is taken.']);
    expect(error.fields.get('password')).toEqual(['Too short.', 'Too common.']);
  });

  it('translates field errors with a known code and keeps the others', () => {
    const error = refused(400, {
      error: 'Please check the form.',
      code: 'invalid',
      fields: {
        email: ['Bad.'],
        buyer_email: ['Bad.'],
        password: ['Bad.', 'Too shiny.'],
        username: ['Bad.', 'Worse.'],
      },
      field_codes: {
        email: ['invalid'],
        buyer_email: ['invalid'],
        password: ['password_too_common', 'shiny'],
        username: 7,
      },
    });
    expect(error.fields.get('email')).toEqual(['This is no e-mail address.']);
    expect(error.fields.get('buyer_email')).toEqual(['This is no e-mail address.']);
    expect(error.fields.get('password')).toEqual(['This password is too common.', 'Too shiny.']);
    expect(error.fields.get('username')).toEqual(['Bad.', 'Worse.']);
  });

  it('reads Retry-After', () => {
    const error = refused(503, { error: 'Back in a moment.', code: 'unavailable' }, '2');
    expect(error.retryAfterSeconds).toBe(2);
    expect(error.isTransient).toBe(true);
  });

  it('reads the request id', () => {
    const body = { error: 'No.', code: 'server_error', request_id: '0f8f' };
    expect(refused(500, body).requestId).toBe('0f8f');
    expect(refused(500, { ...body, request_id: 7 }).requestId).toBeNull();
  });

  it('recognises an anonymous request', () => {
    expect(refused(401, { error: 'Sign in.', code: 'not_authenticated' }).isNotAuthenticated).toBe(
      true,
    );
    expect(refused(401, { error: 'No.', code: 'invalid_credentials' }).isNotAuthenticated).toBe(
      false,
    );
  });

  it.each([
    ['a page of HTML', '<h1>Bad gateway</h1>'],
    ['nothing', ''],
    ['a list', [1, 2]],
    ['other names', { detail: 'x' }],
  ])('has a message for a response that is %s', (_what, body) => {
    const error = refused(502, body);
    expect(error.code).toBe('unexpected');
    expect(error.message).toMatch(/went wrong/);
  });

  it('skips malformed conflicts and unknown reasons', () => {
    const error = refused(409, {
      error: 'No.',
      code: 'seat_unavailable',
      conflicts: [null, { seat_id: 'x' }, { seat_id: 1, seat_number: 'B2', reason: 'haunted' }],
    });
    expect(error.conflicts).toEqual([{ seatId: 1, seatNumber: 'B2', reason: 'unknown' }]);
  });

  it('reads alternatives and skips malformed ones', () => {
    const error = refused(409, {
      error: 'No.',
      code: 'seat_unavailable',
      conflicts: [],
      alternatives: [
        { seat_ids: [7, 8], seat_numbers: ['B3', 'B4'], price: '100.00' },
        { seat_ids: [], seat_numbers: [], price: '0.00' },
        { seat_ids: ['7'], seat_numbers: ['B3'], price: '50.00' },
        null,
      ],
    });
    expect(error.alternatives).toEqual([{ seatIds: [7, 8], price: '100.00' }]);
  });

  it.each([
    [503, 'unavailable', true],
    [500, 'unexpected', true],
    [409, 'idempotency_key_in_flight', true],
    [503, 'payment_unavailable', false],
    [402, 'payment_declined', false],
    [409, 'lock_expired', false],
  ])('knows after %i %s whether the outcome is unknown: %s', (status, code, isOutcomeUnknown) => {
    expect(refused(status, { error: 'No.', code })).toMatchObject({ code, isOutcomeUnknown });
  });

  it('has a message for a network failure', () => {
    const error = errorWithoutResponse('network', new TypeError('Failed to fetch'));
    expect(error).toMatchObject({
      code: 'network',
      status: null,
      isTransient: true,
      isOutcomeUnknown: true,
    });
    expect(error.message).toMatch(/could not reach/);
  });

  it('has a message for a timeout', () => {
    const error = errorWithoutResponse('timeout', new Error('late'));
    expect(error).toMatchObject({ code: 'timeout', status: null });
  });

  it('wraps other errors, and nothing twice', () => {
    const error = toApiError(new TypeError('x is not a function'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error.code).toBe('unexpected');
    expect(toApiError(error)).toBe(error);
  });
});

function refused(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  return errorFromResponse(status, body, retryAfter);
}
