import { seatName } from '@/domain/seatMap/seatNames';
import type { Ticket } from '@/domain/tickets';
import type { TypeOption } from '@/features/seats/basket/useTickets';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface TicketPriceProps {
  readonly ticket: Ticket;
  readonly options: readonly TypeOption[];
  readonly currency: string;
  readonly disabled: boolean;
  readonly onChoose: (typeId: number | null) => void;
}

/** A ticket's price; where it is sold at several, a list to choose from. */
export function TicketPrice({ ticket, options, currency, disabled, onChoose }: TicketPriceProps) {
  if (options.length < 2) {
    return <span className="tabular">{formatMoney(ticket.price, currency)}</span>;
  }
  return (
    <select
      className="ticket-price tabular"
      aria-label={t('basket:ticketType', { seat: seatName(ticket.facts) })}
      value={ticket.type?.id ?? ''}
      disabled={disabled}
      onChange={({ target }) => {
        onChoose(target.value === '' ? null : Number(target.value));
      }}
    >
      {options.map(({ id, name, price }) => (
        <option key={id} value={id ?? ''}>
          {name ?? t('basket:ticketType_none')} · {formatMoney(price, currency)}
        </option>
      ))}
    </select>
  );
}
