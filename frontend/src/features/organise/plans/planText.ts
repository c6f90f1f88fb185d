import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

/** When something was saved, and by whom. */
export function savedText(at: string, by: string | null): string {
  const when = formatDateTime(at);
  return by === null ? t('plans:savedWhen', { when }) : t('plans:savedBy', { when, who: by });
}
