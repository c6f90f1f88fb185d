import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import type { Booking, EventDetail } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { Skeleton } from '@/components/Skeleton';
import { paymentText } from '@/domain/payments';
import { hasPermissionIn } from '@/domain/permissions';
import { BookedSeats } from '@/features/organise/bookings/BookedSeats';
import {
  Cancelling,
  givenBackText,
  MailAgain,
  MarkingPaid,
  MarkingPaidBack,
} from '@/features/organise/bookings/BookingActions';
import { Money, Story } from '@/features/organise/bookings/BookingStory';
import { BuyerDialog } from '@/features/organise/bookings/BuyerDialog';
import { MergeDialog } from '@/features/organise/bookings/MergeDialog';
import { MoveSeats } from '@/features/organise/bookings/MoveSeats';
import { PrintDialog } from '@/features/organise/bookings/PrintDialog';
import { SplitDialog } from '@/features/organise/bookings/SplitDialog';
import { StatusChip } from '@/components/StatusChip';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { historyPath } from '@/paths';
import { bookingQuery } from '@/queries/bookings';
import { useMe } from '@/queries/session';

interface BookingPanelProps {
  readonly event: EventDetail;
  readonly id: string;
  readonly startsMoving: boolean;
  /** Opens another booking; null closes this one. */
  readonly onChoose: (id: string | null) => void;
}

type Doing = 'move' | 'split' | 'merge' | 'cancel' | 'print' | 'buyer' | 'paid' | 'paidBack';

/** One booking: its seats, its money, its story, and what can be done. */
export function BookingPanel({ event, id, startsMoving, onChoose }: BookingPanelProps) {
  const { data: booking, error, refetch } = useQuery(bookingQuery(event.id, id));
  if (booking === undefined) {
    return (
      <section className="panel booking-panel">
        {error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </section>
    );
  }
  return (
    <LoadedPanel event={event} booking={booking} startsMoving={startsMoving} onChoose={onChoose} />
  );
}

interface LoadedPanelProps extends Omit<BookingPanelProps, 'id'> {
  readonly booking: Booking;
}

function LoadedPanel({ event, booking, startsMoving, onChoose }: LoadedPanelProps) {
  const announce = useAnnounce();
  const me = useMe();
  const mayChange = hasPermissionIn(me, 'reservations.change_reservation', event.organisation);
  const isLive = booking.status === 'confirmed';
  const [doing, setDoing] = useState<Doing | null>(
    startsMoving && isLive && mayChange ? 'move' : null,
  );

  const isMoving = doing === 'move';
  const [changes, setChanges] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // What was pressed is gone, or far away on a phone.
    heading.current?.focus();
  }, [isMoving, changes]);

  function done(sentence: string) {
    setDoing(null);
    setChanges(changes + 1);
    announce(sentence, 'good');
  }
  function stop() {
    setDoing(null);
  }
  function start(what: Doing) {
    return () => {
      setDoing(what);
    };
  }

  if (isMoving) {
    return (
      <MoveSeats
        heading={heading}
        event={event}
        booking={booking}
        onDone={({ isBuyerMailed }) => {
          done(mailNoted(t('bookings:wasMoved'), isBuyerMailed));
        }}
        onStop={stop}
      />
    );
  }
  return (
    <section className="panel booking-panel" aria-labelledby="booking">
      <header className="booking-panel__head">
        <div>
          <h2 id="booking" ref={heading} tabIndex={-1}>
            {booking.buyer.name || t('bookings:noName')}
          </h2>
          <p className="booking-panel__facts">
            <span className="tabular">{booking.id}</span>
            {booking.buyer.email !== '' && <span>{booking.buyer.email}</span>}
            {booking.buyer.account !== null && booking.buyer.account !== booking.buyer.name && (
              <span>{t('bookings:account', { name: booking.buyer.account })}</span>
            )}
            <time dateTime={booking.created_at}>
              {formatDateTime(booking.created_at, event.time_zone)}
            </time>
          </p>
        </div>
        <StatusChip status={booking.status} />
        <button
          type="button"
          className="icon-button"
          aria-label={t('bookings:close')}
          onClick={() => {
            onChoose(null);
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      <BookedSeats booking={booking} zone={event.time_zone} />
      <p>
        {t('bookings:payment')}: {paymentText(booking)}
        {isTestPayment(event, booking) && ` · ${t('bookings:testPayment')}`}
      </p>
      {booking.dispute !== null && (
        <p className="booking-panel__owed">{t(`bookings:dispute_${booking.dispute}`)}</p>
      )}
      {booking.to_pay_back !== null && (
        <p className="booking-panel__owed">
          {t('bookings:toPayBack', { amount: formatMoney(booking.to_pay_back, booking.currency) })}
        </p>
      )}
      {booking.to_pay_back !== null && mayChange && (
        <div className="booking-panel__actions">
          <Button onClick={start('paidBack')}>{t('bookings:markPaidBack')}</Button>
        </div>
      )}
      {booking.paid_back !== null && booking.paid_back_at !== null && (
        <p>
          {t('bookings:paidBackBy', {
            amount: formatMoney(booking.paid_back.amount, booking.currency),
            when: formatDateTime(booking.paid_back_at, event.time_zone),
            name: booking.paid_back.by,
          })}
        </p>
      )}
      <Money booking={booking} />
      <Story booking={booking} zone={event.time_zone} onChoose={onChoose} />
      {!isLive && mayChange && (
        <div className="booking-panel__actions">
          <Button onClick={start('buyer')}>{t('bookings:buyerEdit')}</Button>
        </div>
      )}
      {isLive && mayChange && (
        <div className="booking-panel__actions">
          <Button look="primary" onClick={start('move')}>
            {t('bookings:move')}
          </Button>
          {booking.seat_details.length > 1 && (
            <Button onClick={start('split')}>{t('bookings:split')}</Button>
          )}
          <Button onClick={start('merge')}>{t('bookings:merge')}</Button>
          <Button onClick={start('buyer')}>{t('bookings:buyerEdit')}</Button>
          <Button onClick={start('print')}>
            <Icon name="print" />
            {t('bookings:print')}
          </Button>
          {booking.payment_status === 'due' && (
            <Button onClick={start('paid')}>{t('bookings:markPaid')}</Button>
          )}
          <MailAgain event={event} booking={booking} onDone={done} />
          <Button look="danger" onClick={start('cancel')}>
            {t('bookings:cancel')}
          </Button>
        </div>
      )}
      <p>
        <Link to={historyPath(event.id)}>{t('bookings:story')}</Link>
      </p>
      {doing === 'buyer' && (
        <BuyerDialog
          event={event}
          booking={booking}
          onDone={() => {
            done(t('bookings:wasSaved'));
          }}
          onDismiss={stop}
        />
      )}
      {doing === 'split' && (
        <SplitDialog
          event={event}
          booking={booking}
          onDone={(made, isBuyerMailed) => {
            done(mailNoted(t('bookings:wasSplit', { id: made }), isBuyerMailed));
          }}
          onDismiss={stop}
        />
      )}
      {doing === 'merge' && (
        <MergeDialog
          event={event}
          booking={booking}
          onDone={({ isBuyerMailed }) => {
            done(mailNoted(t('bookings:wasMerged'), isBuyerMailed));
          }}
          onDismiss={stop}
        />
      )}
      {doing === 'print' && <PrintDialog booking={booking} onDismiss={stop} />}
      {doing === 'paid' && (
        <MarkingPaid
          event={event}
          booking={booking}
          onDone={() => {
            done(t('bookings:wasPaid'));
          }}
          onDismiss={stop}
        />
      )}
      {doing === 'paidBack' && (
        <MarkingPaidBack
          event={event}
          booking={booking}
          onDone={() => {
            done(t('bookings:wasPaidBack'));
          }}
          onDismiss={stop}
        />
      )}
      {doing === 'cancel' && (
        <Cancelling
          event={event}
          booking={booking}
          onDone={() => {
            done(`${t('bookings:wasCancelled')} ${givenBackText(booking)}`);
          }}
          onDismiss={stop}
        />
      )}
    </section>
  );
}

/** A sentence, and whether the buyer gets a mail about what it tells. */
function mailNoted(sentence: string, isBuyerMailed: boolean): string {
  return `${sentence} ${t(isBuyerMailed ? 'bookings:isMailed' : 'bookings:isNotMailed')}`;
}

/** Whether no money was taken, with a demo's provider or in a real one's test mode. */
function isTestPayment(event: EventDetail, { payment_method }: Booking): boolean {
  return event.payment_methods.some(({ code, demo }) => code === payment_method && demo !== null);
}
