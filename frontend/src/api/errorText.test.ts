import { expect, it } from 'vitest';

import { ApiError, type Conflict } from '@/api/apiError';
import { errorText } from '@/api/errorText';
import { factsOf, makeSeats } from '@/testing/factories';

const facts = makeSeats(3).map(factsOf);

function refusal(...conflicts: (readonly [string, Conflict['reason']])[]): ApiError {
  return new ApiError({
    message: 'That cannot be.',
    code: 'seat_unavailable',
    status: 409,
    conflicts: conflicts.map(([seatNumber, reason], seatId) => ({
      ...{ seatId: facts[seatId]?.id ?? 0, seatNumber, reason },
    })),
  });
}

it('names every seat, grouped by reason', () => {
  const error = refusal(['A1', 'locked'], ['A2', 'reserved'], ['A3', 'locked']);
  expect(errorText(error, facts)).toBe(
    'Stalls, row A, seats 1, 3 went to somebody else a moment before you. Stalls, row A, seat 2 has already been reserved.',
  );
});

it("uses the server's message for an unknown reason", () => {
  expect(errorText(refusal(['A1', 'limit']), facts)).toBe('Stalls, row A, seat 1: That cannot be.');
  expect(errorText(refusal(['A1', 'unknown'], ['A2', 'unknown']), facts)).toBe(
    'Stalls, row A, seats 1, 2: That cannot be.',
  );
  expect(errorText(refusal(), facts)).toBe('That cannot be.');
});

it('has the numbers of seats that it knows nothing else of', () => {
  expect(errorText(refusal(['Z8', 'locked'], ['Z9', 'locked']))).toBe(
    'Z8 and Z9 went to somebody else a moment before you.',
  );
});
