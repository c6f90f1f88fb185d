import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import { formatList, t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatTime } from '@/i18n/time';
import { paymentPath } from '@/paths';
import { openPaymentsQuery } from '@/queries/payments';

import './reservations.css';

/** Payments that the buyer has left open, to go on with. */
export function OpenPayments() {
  const { data: payments = [] } = useQuery(openPaymentsQuery);
  if (payments.length === 0) return null;
  return (
    <ul className="open-payments" aria-label={t('payments:open_title')}>
      {payments.map((payment) => (
        <li key={payment.reference} className="open-payment">
          <p className="open-payment__what">
            <b>{t('payments:open')}</b>
            <span>
              {t('payments:whatFor', {
                seats: formatList(payment.seats),
                event: payment.event_name,
              })}
              {' · '}
              {formatMoney(payment.amount, payment.currency)}
            </span>
            {payment.expires_at !== null && (
              <small>{t('payments:openUntil', { time: formatTime(payment.expires_at) })}</small>
            )}
          </p>
          <Link className="button button--primary" to={paymentPath(payment.reference)}>
            {t('payments:goOn')}
          </Link>
        </li>
      ))}
    </ul>
  );
}
