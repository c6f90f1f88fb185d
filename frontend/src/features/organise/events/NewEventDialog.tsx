import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import { createEvent } from '@/api/organiserEvents';
import type { NewEvent } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { knownTimeZones, ownTimeZone } from '@/features/organise/events/localTime';
import { amount } from '@/features/organise/events/settingsForm';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { eventSettingsPath } from '@/paths';
import { EVENTS_KEY } from '@/queries/events';

type Values = Required<Omit<NewEvent, 'description'>>;

interface NewEventDialogProps {
  readonly organisationId: number;
  readonly onDismiss: () => void;
}

/** Creates a draft, and leads to its settings. */
export function NewEventDialog({ organisationId, onDismiss }: NewEventDialogProps) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const zonesId = useId();
  const [zones] = useState(knownTimeZones);
  const { register, handleSubmit } = useForm<Values>({
    defaultValues: {
      name: '',
      venue: '',
      date: '',
      time_zone: ownTimeZone(),
      price: '',
      currency: 'EUR',
    },
  });
  const create = useMutation({
    mutationFn: (values: Values) =>
      createEvent(organisationId, {
        ...values,
        price: amount(values.price),
        currency: values.currency.toUpperCase(),
      }),
    retry: false,
    onSuccess: async (eventId) => {
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      await navigate(eventSettingsPath(eventId));
    },
  });
  const fields = create.error === null ? null : toApiError(create.error).fields;
  const field = (name: keyof Values) => ({
    ...register(name),
    errors: fields?.get(name) ?? [],
    required: true,
  });
  return (
    <OrganiserDialog
      title={t('organiserEvents:new')}
      lead={t('organiserEvents:new_lead')}
      onDismiss={onDismiss}
    >
      <form
        className="event-form__grid event-form__grid--dialog"
        onSubmit={(submitted) => {
          void handleSubmit((values) => {
            create.mutate(values);
          })(submitted);
        }}
      >
        <Field {...field('name')} label={t('organiserEvents:name')} maxLength={200} />
        <Field {...field('venue')} label={t('organiserEvents:venue')} maxLength={200} />
        <Field {...field('date')} type="datetime-local" label={t('organiserEvents:date')} />
        <Field {...field('time_zone')} list={zonesId} label={t('organiserEvents:timeZone')} />
        <datalist id={zonesId}>
          {zones.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <Field {...field('price')} inputMode="decimal" label={t('organiserEvents:price')} />
        <Field {...field('currency')} maxLength={3} label={t('organiserEvents:currency')} />
        <div className="event-form__whole">
          <ErrorNote error={create.error} />
          <div className="dialog__actions">
            <Button onClick={onDismiss}>{t('organiserEvents:cancelDialog')}</Button>
            <Button look="primary" type="submit" busy={create.isPending}>
              {t('organiserEvents:create')}
            </Button>
          </div>
        </div>
      </form>
    </OrganiserDialog>
  );
}
