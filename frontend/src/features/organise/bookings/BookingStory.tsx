import type { ReactNode } from 'react';

import type { Booking } from '@/api/types';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';

/** What was paid, refunded or transferred, if it is more than a payment online. */
export function Money({ booking }: { readonly booking: Booking }) {
  const { paid_online: paidOnline, settlements, currency } = booking;
  if (settlements.length === 0) return null;
  return (
    <>
      <h3>{t('bookings:settlements')}</h3>
      <ul className="booking-panel__money">
        {paidOnline !== null && (
          <li>
            <span>{t('bookings:paidOnline')}</span>
            <span className="tabular">{formatMoney(paidOnline, currency)}</span>
          </li>
        )}
        {settlements.map((each) => (
          <li key={`${each.at} ${each.kind} ${each.amount} ${each.other ?? ''}`}>
            <span>
              {t(`bookings:settled_${each.kind}`, { other: each.other ?? '' })}
              {isAtCounter(each.method) && ` (${t(`bookings:method_${each.method}`)})`}
              {each.status === 'refund_due' && ` (${t('bookings:refundDue')})`}
              {each.status === 'refund_failed' && ` (${t('bookings:refundFailed')})`}
            </span>
            <span className="tabular">{formatMoney(each.amount, currency)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const COUNTER_METHODS = ['cash', 'card_reader', 'invoice'] as const;

/** Whether money was taken by a method that people at the counter distinguish. */
function isAtCounter(method: string): method is (typeof COUNTER_METHODS)[number] {
  return COUNTER_METHODS.some((one) => one === method);
}

interface StoryProps {
  readonly booking: Booking;
  readonly zone: string;
  readonly onChoose: (id: string) => void;
}

/** What became of it: the seats that it gave up, and the bookings that it belongs to. */
export function Story({ booking, zone, onChoose }: StoryProps) {
  const { split_from: from, merged_into: into, given_up: givenUp } = booking;
  return (
    <ul className="booking-panel__story">
      {from !== null && (
        <li>
          <Other id={from} onChoose={onChoose}>
            {t('bookings:splitFrom', { id: from })}
          </Other>
        </li>
      )}
      {into !== null && (
        <li>
          <Other id={into} onChoose={onChoose}>
            {t('bookings:mergedInto', { id: into })}
          </Other>
        </li>
      )}
      {givenUp.map((seat) => {
        const facts = { seat: seat.seat_number, when: formatDateTime(seat.at, zone) };
        return (
          <li key={`${seat.seat_id} ${seat.at}`}>
            {seat.new_reservation === null ? (
              t('bookings:gaveUp_seat', { ...facts, to: seat.new_seat ?? '' })
            ) : (
              <Other id={seat.new_reservation} onChoose={onChoose}>
                {t('bookings:gaveUp_booking', { ...facts, to: seat.new_reservation })}
              </Other>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface OtherProps {
  readonly id: string;
  readonly onChoose: (id: string) => void;
  readonly children: ReactNode;
}

function Other({ id, onChoose, children }: OtherProps) {
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => {
        onChoose(id);
      }}
    >
      {children}
    </button>
  );
}
