import type { EventDetail } from '@/api/types';
import { methodName, whenPaid } from '@/domain/payments';
import { t } from '@/i18n/language';

type Method = EventDetail['payment_methods'][number];

interface PaymentMethodsProps {
  readonly event: EventDetail;
  readonly chosen: string;
  readonly disabled: boolean;
  readonly onChoose: (code: string) => void;
}

/** Methods that simulate a problem are folded away: they are for trying the demo. */
export function PaymentMethods(props: PaymentMethodsProps) {
  const { event, disabled } = props;
  const problems = event.payment_methods.filter(isProblem);
  return (
    <fieldset className="methods" aria-disabled={disabled || undefined}>
      <legend>{t('checkout:howToPay')}</legend>
      {event.payment_methods.some(({ demo }) => demo !== null) && (
        <p className="methods__demo">{t('checkout:demo')}</p>
      )}
      <Choices {...props} methods={event.payment_methods.filter((method) => !isProblem(method))} />
      {problems.length > 0 && (
        <details className="methods__problems">
          <summary>{t('checkout:demo_problems')}</summary>
          <Choices {...props} methods={problems} />
        </details>
      )}
    </fieldset>
  );
}

function isProblem({ demo }: Method): boolean {
  return demo === 'problem';
}

interface ChoicesProps extends PaymentMethodsProps {
  readonly methods: readonly Method[];
}

/** Not `disabled`, which would lose the focus of a user who pressed Enter here. */
function Choices({ event, methods, chosen, disabled, onChoose }: ChoicesProps) {
  return (
    <div className="methods__choices">
      {methods.map(({ code, name }) => (
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
    </div>
  );
}
