import type { ApiError } from '@/api/apiError';
import { errorText } from '@/api/errorText';
import { t } from '@/i18n/language';

/** Message when no seats match, with the largest group that would. */
export function seatFinderErrorText(error: ApiError): string {
  if (error.code !== 'no_seats_together') return errorText(error);
  const largest = error.largestParty ?? 0;
  return largest === 0 ? t('choosing:find_none') : t('choosing:find_largest', { count: largest });
}
