import type { PlanProblem } from '@/api/types';
import { isMessageKey } from '@/i18n/messageKey';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';

/** A problem in the user's language; the server's sentence for a code unknown to this client. */
export function problemText({ code, count, name, sentence }: PlanProblem): string {
  const key = `plans:problem_${code}`;
  return isMessageKey(key) ? t(key, { number: formatNumber(count), name, sentence }) : sentence;
}

/** When something was saved, and by whom. */
export function savedText(at: string, by: string | null): string {
  const when = formatDateTime(at);
  return by === null ? t('plans:savedWhen', { when }) : t('plans:savedBy', { when, who: by });
}
