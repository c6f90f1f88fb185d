import type { EventDetail } from '@/api/types';
import { methodName, whenPaid } from '@/domain/payments';
import { t } from '@/i18n/language';

interface PaymentMethodsProps {
  readonly event: EventDetail;
  readonly chosen: string;
  readonly disabled: boolean;
  readonly onChoose: (code: string) => void;
}

/** Not `disabled`, which would lose the focus of a user who pressed Enter here. */
export function PaymentMethods({ event, chosen, disabled, onChoose }: PaymentMethodsProps) {
  return (
    <fieldset className="methods" aria-disabled={disabled || undefined}>
      <legend>{t('basket:howToPay')}</legend>
      {event.payment_methods.map(({ code, name }) => (
        <label key={code} className="methods__choice">
          <input
            type="radio"
            name="payment_method"
            value={code}
            checked={code === chosen}
            aria-disabled={disabled || undefined}
            onChange={() => {
              if (!disabled) onChoose(code);
            }}
          />
          <b>{methodName({ name })}</b>
          <small>{whenPaid(code, event.payment_seconds)}</small>
        </label>
      ))}
    </fieldset>
  );
}
