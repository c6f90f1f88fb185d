import type { Reservation } from '@/api/types';
import { BillRows } from '@/components/BillRows';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

/** The seats with their prices. */
export function SeatTable({ reservation }: { readonly reservation: Reservation }) {
  const { currency, seat_details: seats } = reservation;
  const hasFloors = seats.some(({ floor }) => floor !== undefined);
  return (
    <table className="seat-table">
      <caption className="visually-hidden">{t('reservations:seatsOfReservation')}</caption>
      <thead>
        <tr>
          {hasFloors && <th scope="col">{t('reservations:floor')}</th>}
          <th scope="col">{t('reservations:section')}</th>
          <th scope="col">{t('reservations:row')}</th>
          <th scope="col">{t('reservations:seat')}</th>
          <th scope="col">{t('reservations:price')}</th>
        </tr>
      </thead>
      <tbody>
        {seats.map((seat) => (
          <tr key={seat.seat_id}>
            {hasFloors && <td>{seat.floor}</td>}
            <td>{seat.section}</td>
            <td>{seat.row}</td>
            <td>
              <b>{seat.seat_number}</b>
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
        columns={hasFloors ? 4 : 3}
      />
    </table>
  );
}
