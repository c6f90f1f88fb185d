import { expect, it } from 'vitest';

import { ApiError, type Conflict } from '@/api/apiError';
import { errorText } from '@/api/errorText';

function refusal(...conflicts: (readonly [string, Conflict['reason']])[]): ApiError {
  return new ApiError({
    message: 'That cannot be.',
    code: 'seat_unavailable',
    status: 409,
    conflicts: conflicts.map(([seatNumber, reason], seatId) => ({ seatId, seatNumber, reason })),
  });
}

it('names every seat, grouped by reason', () => {
  const error = refusal(['A1', 'locked'], ['A2', 'reserved'], ['A3', 'locked']);
  expect(errorText(error)).toBe(
    'Seats A1 and A3 went to somebody else a moment before you. Seat A2 has already been reserved.',
  );
});

it("uses the server's message for an unknown reason", () => {
  expect(errorText(refusal(['A1', 'limit']))).toBe('Seat A1: That cannot be.');
  expect(errorText(refusal(['A1', 'unknown'], ['A2', 'unknown']))).toBe(
    'Seats A1 and A2: That cannot be.',
  );
  expect(errorText(refusal())).toBe('That cannot be.');
});
