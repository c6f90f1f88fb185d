import type { Reservation } from '@/api/types';
import { BillRows } from '@/components/BillRows';
import { seatWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

/** The seats with their prices. */
export function SeatTable({ reservation }: { readonly reservation: Reservation }) {
  const { currency, seat_details: seats } = reservation;
  return (
    <table className="seat-table">
      <caption className="visually-hidden">{t('reservations:seatsOfReservation')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('reservations:seat')}</th>
          <th scope="col">{t('reservations:price')}</th>
        </tr>
      </thead>
      <tbody>
        {seats.map((seat) => (
          <tr key={seat.seat_id}>
            <td>
              <b>{seatWords(seat)}</b>
              {seat.ticket_type !== '' && <small> {seat.ticket_type}</small>}
            </td>
            <td className="tabular">{formatMoney(seat.price, currency)}</td>
          </tr>
        ))}
      </tbody>
      <BillRows
        bill={{
          fees: reservation.fees,
          total: reservation.total_price,
          taxPercent: reservation.tax_percent,
        }}
        currency={currency}
        columns={1}
      />
    </table>
  );
}
