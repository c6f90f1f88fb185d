import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import { editEvent, fetchEventSettings } from '@/api/organiserEvents';
import type { EventSettings } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Field } from '@/components/Field';
import { Check, Section, Select, TextArea } from '@/features/organise/events/Controls';
import { knownTimeZones } from '@/features/organise/events/localTime';
import { SaveBar } from '@/features/organise/events/SaveBar';
import {
  changesOf,
  namedPrices,
  type SettingsName,
  type SettingsValues,
  valuesOf,
} from '@/features/organise/events/settingsForm';
import { useLeaveWarning } from '@/features/organise/events/useLeaveWarning';
import { useSettled } from '@/features/organise/events/useSettled';
import { t } from '@/i18n/language';

/** The server mails a change of these to whoever has tickets. */
const TOLD = ['date', 'time_zone', 'venue'] as const;

interface SettingsFormProps {
  readonly event: EventSettings;
}

/** All settings that are saved together; only what was changed is sent. */
export function SettingsForm({ event }: SettingsFormProps) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const zonesId = useId();
  const [zones] = useState(knownTimeZones);
  const { register, handleSubmit, reset, setError, clearErrors, control, formState } =
    useForm<SettingsValues>({ defaultValues: valuesOf(event) });
  const offline = useWatch({ control, name: 'offline' });
  const { dirtyFields, errors, isDirty } = formState;

  // What others saved shows in the fields that were not changed here.
  useEffect(() => {
    reset(valuesOf(event), { keepDirtyValues: true });
  }, [event, reset]);

  const save = useMutation({
    mutationFn: (values: SettingsValues) =>
      editEvent(event.id, changesOf(values, dirtyFields), event.revision),
    retry: false,
    onSuccess: (saved) => {
      reset(valuesOf(saved));
      settle(saved);
      const isTold =
        saved.visibility !== 'draft' && TOLD.some((name) => saved[name] !== event[name]);
      announce(t(isTold ? 'organiserEvents:saved_told' : 'organiserEvents:saved'), 'good');
    },
    onError: (cause) => {
      const error = toApiError(cause);
      for (const [name, sentences] of error.fields) {
        setError(name as SettingsName, { message: sentences.join(' ') });
      }
      if (error.code === 'prices_not_payable') {
        const prices = namedPrices(error.details['prices']);
        setError('currency', { message: t('organiserEvents:currency_prices', { prices }) });
      }
    },
  });
  const loadTheirs = useMutation({
    mutationFn: () => fetchEventSettings(event.id, AbortSignal.timeout(10_000)),
    onSuccess: (found) => {
      save.reset();
      settle(found);
    },
  });
  useLeaveWarning(isDirty);

  const field = (name: Exclude<SettingsName, 'offline' | 'offline_methods'>) => ({
    ...register(name),
    errors: errors[name]?.message === undefined ? [] : [errors[name].message],
  });
  const { defaults, is_currency_fixed: isCurrencyFixed } = event;
  const usual = (value: number) => t('organiserEvents:usual', { value });

  return (
    <form
      className="event-form"
      noValidate
      onSubmit={(submitted) => {
        clearErrors();
        void handleSubmit((values) => {
          save.mutate(values);
        })(submitted);
      }}
    >
      <Section title={t('organiserEvents:section_what')}>
        <div className="event-form__grid">
          <Field {...field('name')} label={t('organiserEvents:name')} maxLength={200} />
          <Field {...field('venue')} label={t('organiserEvents:venue')} maxLength={200} />
          <Field
            {...field('address')}
            label={t('organiserEvents:address')}
            hint={t('organiserEvents:address_hint')}
            maxLength={300}
          />
          <Field {...field('date')} type="datetime-local" label={t('organiserEvents:date')} />
          <Field
            {...field('ends_at')}
            type="datetime-local"
            label={t('organiserEvents:ends')}
            hint={t('organiserEvents:ends_hint')}
          />
          <Field
            {...field('time_zone')}
            label={t('organiserEvents:timeZone')}
            hint={t('organiserEvents:timeZone_hint')}
            list={zonesId}
            autoComplete="off"
          />
          <datalist id={zonesId}>
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </div>
        <TextArea
          {...field('description')}
          label={t('organiserEvents:description')}
          hint={t('organiserEvents:description_hint')}
        />
      </Section>

      <Section title={t('organiserEvents:section_sale')}>
        <div className="event-form__grid">
          <Field
            {...field('sales_open_at')}
            type="datetime-local"
            label={t('organiserEvents:opens')}
            hint={t('organiserEvents:opens_hint')}
          />
          <Field
            {...field('sales_close_at')}
            type="datetime-local"
            label={t('organiserEvents:closes')}
            hint={t('organiserEvents:closes_hint')}
          />
          <Select
            {...field('visibility')}
            label={t('organiserEvents:visibility')}
            {...(event.visibility === 'draft' && {
              hint: t('organiserEvents:visibility_draft'),
              disabled: true,
            })}
          >
            {event.visibility === 'draft' && <option value="draft">{t('events:draft')}</option>}
            <option value="public">{t('organiserEvents:visibility_public')}</option>
            <option value="members">{t('organiserEvents:visibility_members')}</option>
          </Select>
        </div>
      </Section>

      <Section title={t('organiserEvents:section_choice')}>
        <div className="event-form__grid">
          <Field
            {...field('companions_held_until')}
            type="datetime-local"
            label={t('organiserEvents:companions')}
            hint={t('organiserEvents:companions_hint')}
          />
          <Select
            {...field('orphan_rule')}
            label={t('organiserEvents:orphans')}
            hint={t('organiserEvents:orphans_hint')}
          >
            <option value="warn">{t('organiserEvents:orphans_warn')}</option>
            <option value="refuse">{t('organiserEvents:orphans_refuse')}</option>
            <option value="off">{t('organiserEvents:orphans_off')}</option>
          </Select>
        </div>
      </Section>

      <Section title={t('organiserEvents:section_prices')}>
        <div className="event-form__grid">
          <Field
            {...field('price')}
            inputMode="decimal"
            label={t('organiserEvents:price')}
            hint={t('organiserEvents:price_hint')}
          />
          <Field
            {...field('currency')}
            label={t('organiserEvents:currency')}
            hint={t(
              isCurrencyFixed ? 'organiserEvents:currency_fixed' : 'organiserEvents:currency_hint',
            )}
            readOnly={isCurrencyFixed}
            maxLength={3}
            autoComplete="off"
          />
          <Field
            {...field('ticket_fee')}
            inputMode="decimal"
            label={t('organiserEvents:ticketFee')}
          />
          <Field
            {...field('booking_fee')}
            inputMode="decimal"
            label={t('organiserEvents:bookingFee')}
          />
          <Field
            {...field('tax_percent')}
            inputMode="decimal"
            label={t('organiserEvents:tax')}
            hint={t('organiserEvents:tax_hint')}
          />
        </div>
      </Section>

      <Section title={t('organiserEvents:section_limits')}>
        <div className="event-form__grid">
          <Field
            {...field('lock_seconds')}
            inputMode="decimal"
            label={t('organiserEvents:lockMinutes')}
            hint={usual(defaults.lock_seconds / 60)}
          />
          <Field
            {...field('max_extensions')}
            inputMode="numeric"
            label={t('organiserEvents:extensions')}
            hint={usual(defaults.max_extensions)}
          />
          <Field
            {...field('seat_cap')}
            inputMode="numeric"
            label={t('organiserEvents:seatCap')}
            hint={usual(defaults.seat_cap)}
          />
          <Field
            {...field('purchase_cap')}
            inputMode="numeric"
            label={t('organiserEvents:purchaseCap')}
            hint={usual(defaults.purchase_cap)}
          />
        </div>
      </Section>

      <Section title={t('organiserEvents:section_payment')}>
        <div className="event-form__grid">
          <Field
            {...field('cancel_until')}
            type="datetime-local"
            label={t('organiserEvents:cancelUntil')}
            hint={t('organiserEvents:cancelUntil_hint')}
          />
          <Field
            {...field('payment_seconds')}
            inputMode="decimal"
            label={t('organiserEvents:paymentHours')}
            hint={usual(defaults.payment_seconds / 3600)}
          />
          {event.offline_choices.length > 0 && (
            <div className="event-form__methods">
              <Select {...register('offline')} label={t('organiserEvents:offline')}>
                <option value="usual">{t('organiserEvents:offline_usual')}</option>
                <option value="own">{t('organiserEvents:offline_own')}</option>
              </Select>
              {offline === 'own' &&
                event.offline_choices.map(({ code, name }) => (
                  <Check key={code} {...register('offline_methods')} value={code} label={name} />
                ))}
            </div>
          )}
        </div>
        <Check {...register('requires_verified_email')} label={t('organiserEvents:verified')} />
      </Section>

      <SaveBar
        hasUnsaved={isDirty}
        isSaving={save.isPending}
        isLoading={loadTheirs.isPending}
        error={save.error === null ? null : toApiError(save.error)}
        onLoadTheirs={() => {
          loadTheirs.mutate();
        }}
        onDiscard={() => {
          save.reset();
          reset(valuesOf(event));
        }}
      />
    </form>
  );
}
