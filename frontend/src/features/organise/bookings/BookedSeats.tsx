import type { Booking } from '@/api/types';
import { BillRows } from '@/components/BillRows';
import { seatWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';

interface BookedSeatsProps {
  readonly booking: Booking;
  readonly zone: string;
}

/** The seats of a booking, with their prices and entries, and what it costs. */
export function BookedSeats({ booking, zone }: BookedSeatsProps) {
  const { currency } = booking;
  return (
    <table className="seat-table">
      <caption className="visually-hidden">{t('bookings:seats')}</caption>
      <tbody>
        {booking.seat_details.map((seat) => (
          <tr key={seat.seat_id}>
            <td>
              <b>{seatWords(seat)}</b>
              {seat.ticket_type !== '' && <small> {seat.ticket_type}</small>}
              {seat.entry !== null && (
                <small>
                  {' '}
                  {t('bookings:entered', { when: formatDateTime(seat.entry.at, zone) })}
                </small>
              )}
            </td>
            <td className="tabular">{formatMoney(seat.price, currency)}</td>
          </tr>
        ))}
      </tbody>
      <BillRows
        bill={{ fees: booking.fees, total: booking.total_price, taxPercent: booking.tax_percent }}
        currency={currency}
      />
    </table>
  );
}
