import { useRef, useState } from 'react';
import { Link } from 'react-router';

import type { EventDetail } from '@/api/types';
import { BillRows } from '@/components/BillRows';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { Trans } from '@/components/Trans';
import { grouped } from '@/domain/grouped';
import { isPaidNow } from '@/domain/payments';
import { seatName } from '@/domain/seatMap/seatNames';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { soldApart } from '@/domain/seatMap/tables';
import type { ServerClock } from '@/domain/serverClock';
import type { Bill, Ticket } from '@/domain/tickets';
import { basketSummary } from '@/features/seats/basket/basketSummary';
import { MoreTimeButton } from '@/features/seats/basket/MoreTimeButton';
import { PaymentMethods } from '@/features/seats/basket/PaymentMethods';
import type { Checkout } from '@/features/seats/basket/useCheckout';
import { Countdown } from '@/features/seats/Countdown';
import { paymentErrorText } from '@/api/errorText';
import type { Choice } from '@/features/seats/offer/offer';
import { OfferChoices } from '@/features/seats/offer/OfferChoices';
import { seatDetails, tableName } from '@/features/seats/seatLocation';
import type { LockExtension } from '@/features/seats/useLockExtension';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';

export interface ReviewDialogProps {
  readonly event: EventDetail;
  readonly seats: readonly MapSeat[];
  /** Of all seats of the event. */
  readonly facts: readonly SeatFacts[];
  readonly bill: Bill;
  readonly clock: ServerClock;
  readonly checkout: Checkout;
  readonly lockExtension: LockExtension;
  readonly onExtend: (seats: readonly MapSeat[]) => void;
  /** Alternatives to lost seats. */
  readonly choices: readonly Choice[];
  readonly onTake: (choice: Choice) => void;
  readonly onClose: () => void;
}

export function ReviewDialog(props: ReviewDialogProps) {
  return props.seats.length === 0 ? <NothingLeft {...props} /> : <Review {...props} />;
}

function Review({
  event,
  seats,
  facts,
  bill,
  clock,
  checkout,
  lockExtension: { isUrgent, extendable },
  onExtend,
  choices,
  onTake,
  onClose,
}: ReviewDialogProps) {
  const { isPaying, error } = checkout;
  const methods = event.payment_methods;
  const [wanted, setWanted] = useState<string | null>(null);
  const method = (methods.find(({ code }) => code === wanted) ?? methods[0])?.code ?? '';
  const { firstDeadline, isSettled } = basketSummary(seats);
  const isUndecided = error?.isOutcomeUnknown === true;
  const isExtending = !isSettled && !isPaying && !isUndecided;
  const hold = useRef<HTMLParagraphElement>(null);

  return (
    <Dialog
      title={t('checkout:review')}
      onDismiss={() => {
        if (!isPaying) onClose();
      }}
    >
      <p className="review__event">
        <b>{event.name}</b>
        <br />
        <time dateTime={event.date}>{formatDateTime(event.date, event.time_zone)}</time> ·{' '}
        {event.venue}
      </p>
      {firstDeadline !== null && (
        <p className="review__hold" ref={hold} tabIndex={-1} data-urgent={isUrgent || undefined}>
          <Icon name="clock" />
          <span>
            <Trans
              i18nKey="checkout:held"
              parts={{ time: <Countdown until={firstDeadline} clock={clock} /> }}
            />
          </span>
          {extendable.length > 0 && !isPaying && !isUndecided && (
            <MoreTimeButton
              fallback={hold}
              isBusy={isExtending}
              onClick={() => {
                onExtend(extendable);
              }}
            />
          )}
        </p>
      )}
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          checkout.pay(bill, method);
        }}
      >
        <SeatTable event={event} bill={bill} />
        {/* While the outcome is unknown, only the same order may be sent again. */}
        <PaymentMethods
          event={event}
          chosen={method}
          disabled={isPaying || isUndecided}
          onChoose={setWanted}
        />
        <div className="review__foot">
          <div role="alert">
            {error !== null && (
              <p className="dialog__error">
                {paymentErrorText(error, facts)}
                {isUndecided && ` ${t('basket:sameOrder')}`}
              </p>
            )}
          </div>
          {event.requires_verified_email && (
            <p className="review__verify">
              {t('checkout:verify')} <Link to="/account">{t('checkout:verify_account')}</Link>
            </p>
          )}
          {choices.length > 0 && <OfferChoices choices={choices} onTake={onTake} />}
          <p className="visually-hidden" role="status">
            {isPaying && t('checkout:paying_said')}
          </p>
          <div className="dialog__actions">
            <Button aria-label={t('checkout:backToTheMap')} disabled={isPaying} onClick={onClose}>
              <span className="review__wide">{t('checkout:backToTheMap')}</span>
              <span className="review__narrow">{t('checkout:back')}</span>
            </Button>
            <Button
              look="primary"
              type="submit"
              className="review__confirm"
              busy={isPaying || isExtending}
            >
              {isPaying
                ? busyLabel(method)
                : t(error === null ? 'checkout:confirm' : 'checkout:tryAgain', {
                    total: formatMoney(bill.total, event.currency),
                  })}
            </Button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

function NothingLeft({ facts, checkout: { error }, choices, onTake, onClose }: ReviewDialogProps) {
  const isExpiry = error === null || error.conflicts.length > 0;
  return (
    <Dialog
      title={isExpiry ? t('checkout:lapsed') : t('checkout:notPaid')}
      opensByItself
      onDismiss={onClose}
    >
      <p className="dialog__lead">
        {error === null ? t('checkout:lapsed_note') : paymentErrorText(error, facts)}
        {isExpiry && ` ${t('checkout:nothingReserved')}`}
      </p>
      {choices.length > 0 && <OfferChoices choices={choices} onTake={onTake} />}
      <div className="dialog__actions">
        <Button look="primary" onClick={onClose}>
          {t('checkout:chooseAgain')}
        </Button>
      </div>
    </Dialog>
  );
}

interface SeatTableProps {
  readonly event: EventDetail;
  readonly bill: Bill;
}

function SeatTable({ event, bill }: SeatTableProps) {
  return (
    <table className="review">
      <tbody>
        {soldTogether(bill.tickets).map((tickets) => (
          <tr key={tickets[0]?.facts.id}>
            <th scope="row">
              <TicketNames tickets={tickets} event={event} />
            </th>
            <td className="tabular">
              {formatMoney(sumAmounts(tickets.map(({ price }) => price)), event.currency)}
            </td>
          </tr>
        ))}
      </tbody>
      <BillRows bill={bill} currency={event.currency} />
    </table>
  );
}

/** Tickets by line: each alone, those of a whole table together if they are of one type. */
function soldTogether(tickets: readonly Ticket[]): readonly (readonly Ticket[])[] {
  return soldApart(tickets, ({ facts }) => facts).flatMap((line) => [
    ...grouped(line, ({ type }) => type?.id).values(),
  ]);
}

interface TicketNamesProps {
  readonly tickets: readonly Ticket[];
  readonly event: EventDetail;
}

/** A seat with its ticket type and location, or a whole table with its number of places. */
function TicketNames({ tickets, event }: TicketNamesProps) {
  const [first] = tickets;
  if (first === undefined) return null;
  const { facts, type } = first;
  const { isSoldWhole } = facts;
  return (
    <>
      {isSoldWhole ? tableName(facts) : seatName(facts)}{' '}
      <small>
        {type === null ? '' : `${type.name} · `}
        {isSoldWhole
          ? t('basket:places', { count: tickets.length })
          : seatDetails(facts, event.categories)}
      </small>
    </>
  );
}

function busyLabel(method: string): string {
  return isPaidNow(method) ? t('checkout:paying') : t('checkout:reserving');
}
