import type { ApiError, Conflict } from '@/api/apiError';
import { formatList, t } from '@/i18n/language';

/** Message for a failed payment, or one with an unknown outcome. */
export function paymentErrorText(error: ApiError): string {
  const askAgain = t('errors:payment_askAgain');
  if (error.isInFlight) return `${t('errors:payment_underWay')} ${askAgain}`;
  return error.isOutcomeUnknown && error.code !== 'unavailable' && error.code !== 'busy'
    ? `${error.message} ${askAgain}`
    : errorText(error);
}

/** Message for a refused command, naming each seat and its reason. */
export function errorText(error: ApiError): string {
  if (error.conflicts.length === 0) return error.message;
  const reasons = [...new Set(error.conflicts.map(({ reason }) => reason))];
  return reasons.map((reason) => reasonText(reason, error)).join(' ');
}

function reasonText(reason: Conflict['reason'], { conflicts, message }: ApiError): string {
  const names = conflicts.filter((one) => one.reason === reason).map((one) => one.seatNumber);
  const words = { count: names.length, list: formatList(names), sentence: message };
  if (reason !== 'unknown') return t(`errors:reason_${reason}`, words);
  return names.every((name) => message.includes(name)) ? message : t('errors:about', words);
}
