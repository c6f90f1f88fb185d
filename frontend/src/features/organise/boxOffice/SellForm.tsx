import { useMemo, useState } from 'react';
import { useForm } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import { sellSeats } from '@/api/boxOffice';
import type {
  AllocatedSeats,
  EventDetail,
  Reservation,
  SaleRequest,
  TicketType,
} from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { type Bill, billOf, type ChosenTypes, ticketPrice } from '@/domain/tickets';
import { useCommand } from '@/features/organise/boxOffice/useCommand';
import { Select } from '@/features/organise/events/Controls';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface SellFormProps {
  readonly event: EventDetail;
  /** At least one. */
  readonly seats: readonly MapSeat[];
  readonly isGift: boolean;
  /** The allocation that some of the seats are kept for. */
  readonly from: AllocatedSeats | null;
  readonly onSold: (reservation: Reservation, isBuyerMailed: boolean | null) => void;
  readonly onBack: () => void;
}

interface Values {
  method: 'cash' | 'card_reader';
  name: string;
  email: string;
}

const METHODS = ['cash', 'card_reader'] as const;
const NO_TYPES: ChosenTypes = new Map();
/** Above this, ticket types are chosen for all seats only. */
const MOST_ROWS = 50;

/** Sells seats for money, or gives them away. */
export function SellForm({ event, seats, isGift, from, onSold, onBack }: SellFormProps) {
  const { currency } = event;
  const { register, handleSubmit } = useForm<Values>({
    defaultValues: {
      method: 'cash',
      name: from?.kind === 'name' ? from.label : '',
      email: '',
    },
  });
  const [chosen, setChosen] = useState(NO_TYPES);
  const facts = useMemo(() => seats.map((seat) => seat.facts), [seats]);
  const bill = useMemo(() => billOf(facts, chosen, new Map(), event), [facts, chosen, event]);
  const sell = useCommand(
    event.id,
    (sale: SaleRequest, key) => sellSeats(event.id, sale, key),
    ({ reservation, buyer_mailed: isBuyerMailed }) => {
      onSold(reservation, isBuyerMailed);
    },
  );
  const fields = sell.error === null ? null : toApiError(sell.error).fields;

  function submit({ method, name, email }: Values) {
    const types = bill.tickets.flatMap(({ facts: { id }, type }) =>
      type === null ? [] : [[String(id), type.id] as const],
    );
    sell.mutate({
      seat_ids: facts.map(({ id }) => id),
      payment_method: isGift ? 'comp' : method,
      buyer_name: name,
      buyer_email: email,
      from_allocation: from?.id ?? null,
      ...(!isGift && { ticket_types: Object.fromEntries(types), expected_total: bill.total }),
    });
  }

  return (
    <form
      className="box-office__form"
      onSubmit={(submitted) => {
        void handleSubmit(submit)(submitted);
      }}
    >
      <Field
        {...register('name')}
        label={t(isGift ? 'boxOffice:guestName' : 'boxOffice:buyerName')}
        {...(!isGift && { hint: t('boxOffice:optional') })}
        errors={fields?.get('buyer_name') ?? []}
        maxLength={150}
        required={isGift}
        autoComplete="off"
      />
      <Field
        {...register('email')}
        type="email"
        label={t('boxOffice:buyerEmail')}
        hint={t('boxOffice:optional')}
        errors={fields?.get('buyer_email') ?? []}
        maxLength={254}
        autoComplete="off"
      />
      {!isGift && (
        <>
          <TicketTypes event={event} facts={facts} chosen={chosen} onChoose={setChosen} />
          <Sums bill={bill} currency={currency} />
          <fieldset className="box-office__choice">
            <legend>{t('boxOffice:paidBy')}</legend>
            {METHODS.map((method) => (
              <label key={method}>
                <input type="radio" value={method} {...register('method')} />
                {t(`boxOffice:method_${method}`)}
              </label>
            ))}
          </fieldset>
        </>
      )}
      <ErrorNote error={sell.error} />
      <div className="box-office__actions">
        <Button onClick={onBack}>{t('boxOffice:back')}</Button>
        <Button look="primary" type="submit" busy={sell.isPending}>
          {isGift
            ? t('boxOffice:giveNow')
            : t('boxOffice:sellNow', { amount: formatMoney(bill.total, currency) })}
        </Button>
      </div>
    </form>
  );
}

interface TicketTypesProps {
  readonly event: EventDetail;
  readonly facts: readonly SeatFacts[];
  readonly chosen: ChosenTypes;
  readonly onChoose: (chosen: ChosenTypes) => void;
}

/** Chooses ticket types for all seats at once, and for each. */
function TicketTypes({ event, facts, chosen, onChoose }: TicketTypesProps) {
  const { ticket_types: types, currency } = event;
  if (types.length === 0) return null;
  const having = (seats: readonly SeatFacts[], value: string) => {
    const next = new Map(chosen);
    for (const { id } of seats) {
      if (value === '') next.delete(id);
      else next.set(id, Number(value));
    }
    return next;
  };
  const [first] = facts;
  const common = facts.every(({ id }) => chosen.get(id) === chosen.get(first?.id ?? 0));
  return (
    <div className="box-office__types">
      {facts.length > 1 && (
        <Select
          label={t('boxOffice:typeForAll')}
          value={common ? (chosen.get(first?.id ?? 0) ?? '') : 'mixed'}
          onChange={({ target }) => {
            onChoose(having(facts, target.value));
          }}
        >
          {!common && (
            <option value="mixed" disabled>
              …
            </option>
          )}
          <option value="">{t('boxOffice:ownPrice')}</option>
          {types.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
      {facts.length <= MOST_ROWS && (
        <ul>
          {facts.map((seat) => (
            <li key={seat.id}>
              <span>{seat.seatNumber}</span>
              <select
                className="field__input"
                aria-label={t('boxOffice:typeOf', { seat: seat.seatNumber })}
                value={chosen.get(seat.id) ?? ''}
                onChange={({ target }) => {
                  onChoose(having([seat], target.value));
                }}
              >
                {optionsOf(seat, types).map(({ id, name, price }) => (
                  <option key={id} value={id}>
                    {name}, {formatMoney(price, currency)}
                  </option>
                ))}
              </select>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface TypeOption {
  readonly id: string;
  readonly name: string;
  readonly price: string;
}

function optionsOf(seat: SeatFacts, types: readonly TicketType[]): TypeOption[] {
  return [null, ...types].flatMap((type) => {
    const price = ticketPrice(seat, type, new Map());
    const name = type?.name ?? t('boxOffice:ownPrice');
    return price === undefined ? [] : { id: String(type?.id ?? ''), name, price };
  });
}

function Sums({ bill, currency }: { readonly bill: Bill; readonly currency: string }) {
  return (
    <dl className="box-office__sums tabular">
      {Number(bill.fees) > 0 && (
        <div>
          <dt>{t('boxOffice:fees')}</dt>
          <dd>{formatMoney(bill.fees, currency)}</dd>
        </div>
      )}
      <div>
        <dt>{t('boxOffice:total')}</dt>
        <dd className="box-office__total">{formatMoney(bill.total, currency)}</dd>
      </div>
    </dl>
  );
}
