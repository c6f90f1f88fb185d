import type { FoundBooking } from '@/api/types';
import { paymentText } from '@/domain/payments';
import { StatusChip } from '@/components/StatusChip';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';

interface BookingTableProps {
  readonly bookings: readonly FoundBooking[];
  /** The number of the booking that is open. */
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

const SHOWN_SEATS = 6;

/** The bookings found; on a phone, a card for each. */
export function BookingTable({ bookings, chosen, onChoose }: BookingTableProps) {
  return (
    <table className="booking-table">
      <caption className="visually-hidden">{t('bookings:list')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('bookings:buyer')}</th>
          <th scope="col">{t('bookings:seats')}</th>
          <th scope="col">{t('bookings:total')}</th>
          <th scope="col">{t('bookings:status')}</th>
        </tr>
      </thead>
      <tbody>
        {bookings.map((booking) => (
          <tr key={booking.id} data-chosen={booking.id === chosen || undefined}>
            <th scope="row">
              <button
                type="button"
                className="text-button booking-table__open"
                aria-label={t('bookings:open', { id: booking.id })}
                aria-current={booking.id === chosen}
                onClick={() => {
                  onChoose(booking.id);
                }}
              >
                {booking.buyer.name || t('bookings:noName')}
              </button>
              <span className="booking-table__more">{booking.buyer.email}</span>
              <span className="booking-table__more tabular">
                {booking.id} · {formatDateTime(booking.created_at, booking.time_zone)}
              </span>
            </th>
            <td>{seatsOf(booking)}</td>
            <td className="tabular">{formatMoney(booking.total_price, booking.currency)}</td>
            <td>
              <StatusChip status={booking.status} />
              <span className="booking-table__more">{paymentText(booking)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function seatsOf({ seats }: FoundBooking): string {
  const rest = seats.length - SHOWN_SEATS;
  return seats.slice(0, SHOWN_SEATS).join(', ') + (rest > 0 ? ` +${rest}` : '');
}
