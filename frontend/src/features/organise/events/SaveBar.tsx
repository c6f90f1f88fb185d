import type { ApiError } from '@/api/apiError';
import { Button } from '@/components/Button';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { StaleNote } from '@/features/organise/events/StaleNote';
import { t } from '@/i18n/language';

interface SaveBarProps {
  readonly hasUnsaved: boolean;
  readonly isSaving: boolean;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  readonly onLoadTheirs: () => void;
  readonly onDiscard: () => void;
}

/** Why nothing was saved, and the buttons that save or discard what was changed. */
export function SaveBar({
  hasUnsaved,
  isSaving,
  isLoading,
  error,
  onLoadTheirs,
  onDiscard,
}: SaveBarProps) {
  return (
    <div className="event-form__save" data-shown={hasUnsaved}>
      {error?.code === 'stale_event' ? (
        <StaleNote error={error} busy={isLoading} onLoad={onLoadTheirs} />
      ) : (
        <ErrorNote error={error} />
      )}
      {hasUnsaved && (
        <div className="event-form__actions">
          <span className="event-form__unsaved">{t('organiserEvents:unsaved')}</span>
          <Button onClick={onDiscard}>{t('organiserEvents:discard')}</Button>
          <Button look="primary" type="submit" busy={isSaving}>
            {t('organiserEvents:save')}
          </Button>
        </div>
      )}
    </div>
  );
}
