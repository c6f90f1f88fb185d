import type { PaymentMethod } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import { methodName, whenPaid } from '@/lib/payments';

interface PaymentMethodsProps {
  readonly methods: readonly PaymentMethod[];
  readonly chosen: string;
  readonly disabled: boolean;
  readonly onChoose: (code: string) => void;
}

export function PaymentMethods({ methods, chosen, disabled, onChoose }: PaymentMethodsProps) {
  return (
    <fieldset className="methods" disabled={disabled}>
      <legend>{t('basket:howToPay')}</legend>
      {methods.map(({ code, name }) => (
        <label key={code} className="methods__choice">
          <input
            type="radio"
            name="payment_method"
            value={code}
            checked={code === chosen}
            onChange={() => {
              onChoose(code);
            }}
          />
          <b>{methodName({ name })}</b>
          <small>{whenPaid(code)}</small>
        </label>
      ))}
    </fieldset>
  );
}
