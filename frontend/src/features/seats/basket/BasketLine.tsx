import { type RefObject, useRef, useState } from 'react';

import type { EventDetail } from '@/api/types';
import { Icon } from '@/components/Icon';
import { seatName } from '@/domain/seatMap/seatNames';
import { isAskedFor, type MapSeat } from '@/domain/seatMap/seats';
import type { Ticket } from '@/domain/tickets';
import { TicketPrice } from '@/features/seats/basket/TicketPrice';
import { useFocusFallback } from '@/features/seats/basket/useFocusFallback';
import type { Tickets } from '@/features/seats/basket/useTickets';
import { statusText } from '@/features/seats/seatLabels';
import { seatDetails, tableName } from '@/features/seats/seatLocation';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';

interface BasketLineProps {
  readonly basket: RefObject<HTMLElement | null>;
  /** One seat, or the user's seats of a table that is sold as a whole. */
  readonly seats: readonly MapSeat[];
  readonly tickets: Tickets;
  readonly event: EventDetail;
  readonly onRelease: (seats: readonly MapSeat[]) => void;
}

export function BasketLine({ basket, seats, tickets, event, onRelease }: BasketLineProps) {
  const row = useRef<HTMLLIElement>(null);
  useFocusFallback(row, basket);
  const [isOpen, setIsOpen] = useState(false);
  const [first] = seats;
  if (first === undefined) return null;
  const { facts } = first;
  const pending = seats.some((seat) => seat.pending);
  const category = event.categories.find(({ id }) => id === facts.categoryId);
  const table = facts.isSoldWhole ? tableName(facts) : null;
  const name = table ?? seatName(facts);
  const place = isAskedFor(first)
    ? statusText(first)
    : table === null
      ? seatDetails(facts, event.categories)
      : t('basket:places', { count: seats.length });
  const own = seats.flatMap((seat) => {
    const ticket = tickets.bill.tickets.find((each) => each.facts.id === seat.facts.id);
    return ticket === undefined ? [] : { seat, ticket };
  });
  const price = (seat: MapSeat, ticket: Ticket) => (
    <TicketPrice
      ticket={ticket}
      options={tickets.optionsFor(seat)}
      currency={event.currency}
      disabled={pending}
      onChoose={(typeId) => {
        tickets.choose(seat.facts.id, typeId);
      }}
    />
  );
  const hasChoices = table !== null && own.some(({ seat }) => tickets.optionsFor(seat).length > 1);
  return (
    <li ref={row} className="basket__row" data-pending={pending || undefined}>
      <div className="basket__line">
        <span className="basket__swatch">
          <svg viewBox="-1 -1 2 2" width="14" height="14" aria-hidden="true">
            <circle className="basket__ring" r="0.78" stroke={category?.color} />
          </svg>
        </span>
        <span className="basket__seat" title={`${name} ${place}`.trim()}>
          <b>{name}</b> <small>{place}</small>
        </span>
        {table === null ? (
          own.map(({ seat, ticket }) => <span key={seat.facts.id}>{price(seat, ticket)}</span>)
        ) : (
          <span className="tabular">
            {formatMoney(sumAmounts(own.map(({ ticket }) => ticket.price)), event.currency)}
          </span>
        )}
        {hasChoices && (
          <button
            type="button"
            className="icon-button basket__types"
            aria-expanded={isOpen}
            aria-label={t('basket:ticketTypes', { table })}
            onClick={() => {
              setIsOpen(!isOpen);
            }}
          >
            <Icon name="chevron" />
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={
            table === null
              ? t('basket:release', { seat: name })
              : t('basket:releaseTable', { table })
          }
          disabled={pending}
          onClick={() => {
            onRelease(seats);
          }}
        >
          <Icon name="close" />
        </button>
      </div>
      {hasChoices && isOpen && (
        <ul className="basket__places">
          {own.map(({ seat, ticket }) => (
            <li key={seat.facts.id} className="basket__line">
              <span className="basket__seat">{seat.facts.number}</span>
              {price(seat, ticket)}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
