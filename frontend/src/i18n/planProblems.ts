import type { PlanProblem } from '@/api/types';
import { isMessageKey } from '@/i18n/messageKey';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

/** A problem in the user's language; the server's sentence for a code unknown to this client. */
export function problemText({ code, count, name, sentence }: PlanProblem): string {
  const key = `plans:problem_${code}`;
  return isMessageKey(key) ? t(key, { number: formatNumber(count), name, sentence }) : sentence;
}
