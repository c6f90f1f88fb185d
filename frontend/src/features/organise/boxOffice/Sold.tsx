import { Link } from 'react-router';

import type { Reservation } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { reservationPath } from '@/paths';

interface SoldProps {
  readonly reservation: Reservation;
  readonly isBuyerMailed: boolean | null;
  readonly onNext: () => void;
}

/** What was sold, to whom and for how much. */
export function Sold({ reservation, isBuyerMailed, onNext }: SoldProps) {
  const { id, ticket_code: code, channel, buyer_name: name, seats } = reservation;
  const { total_price: total, currency } = reservation;
  return (
    <div className="box-office__sold">
      <dl className="box-office__numbers">
        <div>
          <dt>{t('boxOffice:ticketCode')}</dt>
          <dd className="box-office__code tabular">{code}</dd>
        </div>
        <div>
          <dt>{t('boxOffice:bookingNumber')}</dt>
          <dd className="tabular">{id}</dd>
        </div>
      </dl>
      <p>
        {name !== '' && (
          <>
            {name}
            <br />
          </>
        )}
        {seats.join(', ')}
      </p>
      {isBuyerMailed === false && <p role="status">{t('boxOffice:notMailed')}</p>}
      {channel !== 'comp' && <p className="box-office__total">{formatMoney(total, currency)}</p>}
      <div className="box-office__actions">
        <Link className="button button--quiet" to={reservationPath(id)}>
          <Icon name="print" />
          {t('boxOffice:openBooking')}
        </Link>
        <Button look="primary" onClick={onNext}>
          {t('boxOffice:next')}
        </Button>
      </div>
    </div>
  );
}
