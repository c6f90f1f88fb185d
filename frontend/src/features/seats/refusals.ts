import { assertNever } from '@/lib/assertNever';
import type { ApiError, Conflict } from '@/lib/api/apiError';
import { listOf } from '@/lib/i18n/language';

/** Why a payment came to nothing, or that nobody knows yet whether it did. */
export function paymentSentence(error: ApiError): string {
  if (error.isInFlight) return `Your payment is still under way. ${ASK_AGAIN}`;
  return error.isUndecided && error.code !== 'unavailable' && error.code !== 'busy'
    ? `${error.message} ${ASK_AGAIN}`
    : refusalSentence(error);
}

const ASK_AGAIN = 'You can safely ask again: nothing is booked or charged twice.';

/** Why the person does not get what they asked for, naming each seat at fault. */
export function refusalSentence(error: ApiError): string {
  const [conflict, ...others] = error.conflicts;
  if (conflict === undefined) return error.message;
  return others.length === 0
    ? conflictSentence(conflict, error)
    : `${listOf(error.conflicts.map(({ seatNumber }) => seatNumber))}: ${error.message}`;
}

function conflictSentence({ seatNumber, reason }: Conflict, error: ApiError): string {
  switch (reason) {
    case 'locked':
      return `Seat ${seatNumber} went to somebody else a moment before you.`;
    case 'reserved':
      return `Seat ${seatNumber} has already been reserved.`;
    case 'blocked':
      return `Seat ${seatNumber} is kept back by the organiser.`;
    case 'expired':
      return `Your hold on seat ${seatNumber} has run out.`;
    case 'not_held':
      return `You are not holding seat ${seatNumber} any more.`;
    case 'extension_limit':
      return `Seat ${seatNumber} cannot be held any longer.`;
    case 'limit':
    case 'unknown':
      return error.message.includes(seatNumber)
        ? error.message
        : `Seat ${seatNumber}: ${error.message}`;
    default:
      return assertNever(reason);
  }
}
