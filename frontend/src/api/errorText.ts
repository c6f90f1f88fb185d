import type { ApiError, Conflict } from '@/api/apiError';
import { seatNames } from '@/domain/seatMap/seatNames';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { formatList, t } from '@/i18n/language';

/** Message for a failed payment, or one with an unknown outcome. */
export function paymentErrorText(error: ApiError, facts: readonly SeatFacts[]): string {
  const askAgain = t('errors:payment_askAgain');
  if (error.isInFlight) return `${t('errors:payment_underWay')} ${askAgain}`;
  return error.isOutcomeUnknown && error.code !== 'unavailable' && error.code !== 'busy'
    ? `${error.message} ${askAgain}`
    : errorText(error, facts);
}

/**
 * Message for a refused command, naming each seat and its reason. A seat that is not among `facts`
 * has its number as its name.
 */
export function errorText(error: ApiError, facts: readonly SeatFacts[] = []): string {
  if (error.conflicts.length === 0) return error.message;
  const reasons = [...new Set(error.conflicts.map(({ reason }) => reason))];
  return reasons.map((reason) => reasonText(reason, error, facts)).join(' ');
}

function reasonText(
  reason: Conflict['reason'],
  { conflicts, message }: ApiError,
  facts: readonly SeatFacts[],
): string {
  const found = conflicts.filter((one) => one.reason === reason);
  const names = found.map((one) => one.seatNumber);
  const seats = facts.filter(({ id }) => found.some(({ seatId }) => seatId === id));
  const list = seats.length === found.length ? seatNames(seats) : formatList(names);
  const words = { count: names.length, list, sentence: message };
  if (reason !== 'unknown') return t(`errors:reason_${reason}`, words);
  return names.every((name) => message.includes(name)) ? message : t('errors:about', words);
}
