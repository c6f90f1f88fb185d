import type { ApiError } from '@/api/apiError';
import { Button } from '@/components/Button';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface StaleNoteProps {
  readonly error: ApiError;
  readonly busy: boolean;
  readonly onLoad: () => void;
}

/** Says who saved something else meanwhile, and offers to show it beside the own changes. */
export function StaleNote({ error, busy, onLoad }: StaleNoteProps) {
  const { edited_at: editedAt, edited_by: editedBy } = error.details;
  const isKnown = typeof editedAt === 'string';
  return (
    <div className="dialog__error event-form__stale" role="alert">
      <span>
        {isKnown
          ? t('organiserEvents:stale', {
              name: typeof editedBy === 'string' ? editedBy : t('organiserEvents:stale_somebody'),
              when: formatDateTime(editedAt),
            })
          : error.message}
      </span>
      <Button busy={busy} onClick={onLoad}>
        {t('organiserEvents:stale_load')}
      </Button>
    </div>
  );
}
