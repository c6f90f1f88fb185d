import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { duplicateEvent } from '@/api/organiserEvents';
import type { EventSummary } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { toLocalInput } from '@/features/organise/events/localTime';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { eventSettingsPath } from '@/paths';
import { EVENTS_KEY } from '@/queries/events';

interface Values {
  name: string;
  date: string;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

interface DuplicateDialogProps {
  readonly event: EventSummary;
  readonly onDismiss: () => void;
}

/** Makes a draft like an event, by default a week later. */
export function DuplicateDialog({ event, onDismiss }: DuplicateDialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const weekLater = new Date(Date.parse(event.date) + WEEK_MS).toISOString();
  const { register, handleSubmit } = useForm<Values>({
    defaultValues: { name: event.name, date: toLocalInput(weekLater, event.time_zone) },
  });
  const copy = useMutation({
    mutationFn: ({ name, date }: Values) => duplicateEvent(event.id, date, name),
    retry: false,
    onSuccess: async (eventId) => {
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      announce(t('organiserEvents:duplicated', { event: event.name }), 'good');
      await navigate(eventSettingsPath(eventId));
    },
  });
  const fields = copy.error === null ? null : toApiError(copy.error).fields;
  return (
    <OrganiserDialog
      title={t('organiserEvents:duplicateOf', { event: event.name })}
      lead={t('organiserEvents:duplicate_lead')}
      onDismiss={onDismiss}
    >
      <form
        className="event-form__grid event-form__grid--dialog"
        onSubmit={(submitted) => {
          void handleSubmit((values) => {
            copy.mutate(values);
          })(submitted);
        }}
      >
        <Field
          {...register('name')}
          label={t('organiserEvents:name')}
          errors={fields?.get('name') ?? []}
          maxLength={200}
          required
        />
        <Field
          {...register('date')}
          type="datetime-local"
          label={t('organiserEvents:date')}
          errors={fields?.get('date') ?? []}
          required
        />
        <div className="event-form__whole">
          <ErrorNote error={copy.error} />
          <div className="dialog__actions">
            <Button onClick={onDismiss}>{t('organiserEvents:cancelDialog')}</Button>
            <Button look="primary" type="submit" busy={copy.isPending}>
              {t('organiserEvents:duplicate')}
            </Button>
          </div>
        </div>
      </form>
    </OrganiserDialog>
  );
}
