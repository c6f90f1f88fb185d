import { toApiError } from '@/api/apiError';
import type { NewBuyer } from '@/api/bookings';
import { Field } from '@/components/Field';
import { t } from '@/i18n/language';

interface BuyerFieldsProps {
  readonly buyer: NewBuyer;
  readonly emailHint?: string;
  /** Of the call that was refused. */
  readonly error: Error | null;
  readonly onChange: (buyer: NewBuyer) => void;
}

/** The name and the address of a booking's buyer. */
export function BuyerFields({ buyer, emailHint, error, onChange }: BuyerFieldsProps) {
  const errors = error === null ? null : toApiError(error).fields;
  return (
    <div className="booking-buyer">
      <Field
        label={t('bookings:name')}
        value={buyer.name}
        maxLength={150}
        autoComplete="off"
        errors={errors?.get('buyer_name') ?? []}
        onChange={({ target }) => {
          onChange({ ...buyer, name: target.value });
        }}
      />
      <Field
        label={t('bookings:email')}
        {...(emailHint !== undefined && { hint: emailHint })}
        type="email"
        value={buyer.email}
        maxLength={254}
        autoComplete="off"
        errors={errors?.get('buyer_email') ?? []}
        onChange={({ target }) => {
          onChange({ ...buyer, email: target.value });
        }}
      />
    </div>
  );
}
