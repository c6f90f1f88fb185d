import { type Ref, Suspense, useImperativeHandle, useRef, useState } from 'react';

import type { EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { MapSeat } from '@/domain/seatMap/seats';
import { soldApart } from '@/domain/seatMap/tables';
import type { ServerClock } from '@/domain/serverClock';
import { basketSummary } from '@/features/seats/basket/basketSummary';
import { MoreTimeButton } from '@/features/seats/basket/MoreTimeButton';
import { Subtotals } from '@/features/seats/basket/Subtotals';
import { useOpenPayment } from '@/features/seats/basket/useOpenPayment';
import type { Tickets } from '@/features/seats/basket/useTickets';
import { Countdown } from '@/features/seats/Countdown';
import { BasketLine, OpenPaymentActions } from '@/features/seats/lazyComponents';
import type { LockExtension } from '@/features/seats/useLockExtension';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

import './basket.css';

export interface BasketHandle {
  /** Open the basket and focus it. */
  readonly show: () => void;
}

interface BasketProps {
  readonly ref?: Ref<BasketHandle>;
  readonly event: EventDetail;
  /** The user's own seats. */
  readonly seats: readonly MapSeat[];
  readonly tickets: Tickets;
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  readonly lockExtension: LockExtension;
  /** Whether what `onReserve` opens is still loading. */
  readonly isOpening: boolean;
  readonly onExtend: (seats: readonly MapSeat[]) => void;
  readonly onRelease: (seats: readonly MapSeat[]) => void;
  readonly onReserve: () => void;
}

export function Basket({
  ref,
  event,
  seats,
  tickets,
  clock,
  isOnSale,
  lockExtension: { isUrgent, extendable },
  isOpening,
  onExtend,
  onRelease,
  onReserve,
}: BasketProps) {
  const [isOpen, setIsOpen] = useState(false);
  const aside = useRef<HTMLElement>(null);
  useImperativeHandle(
    ref,
    () => ({
      show: () => {
        setIsOpen(true);
        aside.current?.focus();
      },
    }),
    [],
  );
  const { bill } = tickets;
  const { firstDeadline, endTogether, isSettled } = basketSummary(seats);
  const isEmpty = seats.length === 0;
  const lines = soldApart(seats, ({ facts }) => facts);
  const openPayment = useOpenPayment(
    event.id,
    seats.some(({ pending }) => !pending),
  );
  return (
    <aside
      ref={aside}
      tabIndex={-1}
      className="basket"
      aria-label={t('basket:title')}
      data-open={(isOpen && !isEmpty) || undefined}
    >
      <header className="basket__head">
        <h2 className="basket__title">
          {isEmpty ? t('basket:title') : t('basket:count', { count: seats.length })}
        </h2>
        {firstDeadline !== null && (
          <div className="basket__countdown" data-urgent={isUrgent || undefined}>
            <Icon name="clock" />
            <span className="visually-hidden">
              {endTogether ? t('basket:heldFor') : t('choosing:basket_firstHeldFor')}{' '}
            </span>
            <Countdown until={firstDeadline} clock={clock} />
          </div>
        )}
        {extendable.length > 0 && (
          <MoreTimeButton
            fallback={aside}
            isBusy={!isSettled}
            onClick={() => {
              onExtend(extendable);
            }}
          />
        )}
        {!isEmpty && (
          <button
            type="button"
            className="icon-button basket__toggle"
            aria-expanded={isOpen}
            aria-label={t('basket:show')}
            onClick={() => {
              setIsOpen(!isOpen);
            }}
          >
            <Icon name="chevron" />
          </button>
        )}
      </header>
      <div className="basket__list">
        {isEmpty ? (
          <p className="basket__hint">{emptyHint(event, isOnSale)}</p>
        ) : (
          <Suspense>
            <ul>
              {lines.map((line) => (
                <BasketLine
                  key={line[0]?.facts.id}
                  basket={aside}
                  seats={line}
                  tickets={tickets}
                  event={event}
                  onRelease={onRelease}
                />
              ))}
            </ul>
          </Suspense>
        )}
        <Subtotals event={event} tickets={bill.tickets} />
      </div>
      {!isEmpty && (
        <footer className="basket__foot">
          <div className="basket__total">
            <span>{Number(bill.fees) > 0 ? t('basket:totalWithFees') : t('bill_total')}</span>
            <b className="tabular">{formatMoney(bill.total, event.currency)}</b>
          </div>
          {openPayment === null ? (
            <>
              <Button
                look="plain"
                className="basket__release"
                disabled={!isSettled}
                onClick={() => {
                  onRelease(seats);
                  // The button is about to be disabled and would lose the focus.
                  aside.current?.focus();
                }}
              >
                {t('basket:releaseAll')}
              </Button>
              <Button
                look="primary"
                className="basket__reserve"
                disabled={!isSettled}
                busy={isOpening}
                onClick={onReserve}
              >
                {t('basket:reserve')}
              </Button>
            </>
          ) : (
            <Suspense>
              <OpenPaymentActions payment={openPayment} />
            </Suspense>
          )}
        </footer>
      )}
    </aside>
  );
}

function emptyHint(event: EventDetail, isOnSale: boolean): string {
  if (event.seats_total === 0) return t('noSeats');
  if (!isOnSale) return t('basket:hint_notOnSale');
  const minutes = Math.max(1, Math.round(event.lock_seconds / 60));
  const hold = t('basket:hint', { count: minutes, cap: event.seat_cap });
  return event.purchase_cap === event.seat_cap
    ? hold
    : `${hold} ${t('basket:hint_purchaseCap', { count: event.purchase_cap })}`;
}
