import type { ApiError, Conflict } from '@/api/apiError';
import { listOf, t } from '@/i18n/language';

/** Why a payment came to nothing, or that nobody knows yet whether it did. */
export function paymentSentence(error: ApiError): string {
  const askAgain = t('errors:payment_askAgain');
  if (error.isInFlight) return `${t('errors:payment_underWay')} ${askAgain}`;
  return error.isOutcomeUnknown && error.code !== 'unavailable' && error.code !== 'busy'
    ? `${error.message} ${askAgain}`
    : refusalSentence(error);
}

/** Why the person does not get what they asked for, naming each seat at fault. */
export function refusalSentence(error: ApiError): string {
  if (error.conflicts.length === 0) return error.message;
  const reasons = [...new Set(error.conflicts.map(({ reason }) => reason))];
  return reasons.map((reason) => reasonSentence(reason, error)).join(' ');
}

function reasonSentence(reason: Conflict['reason'], { conflicts, message }: ApiError): string {
  const names = conflicts.filter((one) => one.reason === reason).map((one) => one.seatNumber);
  const words = { count: names.length, list: listOf(names), sentence: message };
  if (reason !== 'unknown') return t(`errors:reason_${reason}`, words);
  return names.every((name) => message.includes(name)) ? message : t('errors:about', words);
}
