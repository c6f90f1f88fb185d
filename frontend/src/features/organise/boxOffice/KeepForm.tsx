import { useForm, useWatch } from 'react-hook-form';

import { allocateSeats } from '@/api/boxOffice';
import { toApiError } from '@/api/apiError';
import type { AllocatedSeats, AllocationKind, AllocationRequest, EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { useCommand } from '@/features/organise/boxOffice/useCommand';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { t } from '@/i18n/language';

interface KeepFormProps {
  readonly event: EventDetail;
  readonly seatIds: readonly number[];
  readonly from: AllocatedSeats | null;
  readonly onKept: (label: string) => void;
  readonly onBack: () => void;
}

interface Values {
  kind: AllocationKind;
  label: string;
  /** As in a `datetime-local` input; empty for none. */
  until: string;
}

const KINDS: readonly AllocationKind[] = ['name', 'channel', 'block'];

/** Keeps seats off sale: for a person, a sponsor, or for nobody. */
export function KeepForm({ event, seatIds, from, onKept, onBack }: KeepFormProps) {
  const { control, register, handleSubmit } = useForm<Values>({
    defaultValues: { kind: 'name', label: '', until: '' },
  });
  const kind = useWatch({ control, name: 'kind' });
  const keep = useCommand(
    event.id,
    (allocation: AllocationRequest, key) => allocateSeats(event.id, allocation, key),
    (_, { label }) => {
      onKept(label);
    },
  );
  const fields = keep.error === null ? null : toApiError(keep.error).fields;
  return (
    <form
      className="box-office__form"
      onSubmit={(submitted) => {
        void handleSubmit(({ until, ...values }) => {
          keep.mutate({
            ...values,
            seat_ids: [...seatIds],
            until: until === '' ? null : until,
            from_allocation: from?.id ?? null,
          });
        })(submitted);
      }}
    >
      <fieldset className="box-office__choice">
        <legend>{t('boxOffice:kind')}</legend>
        {KINDS.map((each) => (
          <label key={each}>
            <input type="radio" value={each} {...register('kind')} />
            {t(`boxOffice:kind_${each}`)}
          </label>
        ))}
      </fieldset>
      <Field
        {...register('label')}
        label={t(`boxOffice:label_${kind}`)}
        errors={fields?.get('label') ?? []}
        maxLength={200}
        required
        autoComplete="off"
      />
      <Field
        {...register('until')}
        type="datetime-local"
        label={t('boxOffice:until')}
        hint={t('boxOffice:untilHint', { zone: event.time_zone })}
        errors={fields?.get('until') ?? []}
      />
      <ErrorNote error={keep.error} />
      <div className="box-office__actions">
        <Button onClick={onBack}>{t('boxOffice:back')}</Button>
        <Button look="primary" type="submit" busy={keep.isPending}>
          {t('boxOffice:keepNow')}
        </Button>
      </div>
    </form>
  );
}
