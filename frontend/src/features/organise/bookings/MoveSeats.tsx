import { useQuery } from '@tanstack/react-query';
import { type RefObject, useMemo, useState } from 'react';

import { moveSeats, quoteMove, type Moves } from '@/api/bookings';
import type { Booking, EventDetail, Quote, Settling } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { LiveBadge } from '@/components/LiveBadge';
import { Skeleton } from '@/components/Skeleton';
import type { MapSeat } from '@/domain/seatMap/seats';
import { useBookingChange } from '@/features/organise/bookings/useBookingChange';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { FindSeat } from '@/features/organise/FindSeat';
import { HallMap } from '@/features/organise/HallMap';
import { useLiveSeatMap, useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { bookingsKey } from '@/queries/bookings';

type Moved = Awaited<ReturnType<typeof moveSeats>>;

interface MoveSeatsProps {
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly onDone: (answer: Moved) => void;
  readonly onStop: () => void;
}

interface Wanted {
  readonly moves: readonly (readonly [number, number])[];
  readonly settling: Settling;
  readonly difference: string;
}

/** Chooses new seats on the live map, shows what they cost, and moves the booking there. */
export function MoveSeats({ heading, event, booking, onDone, onStop }: MoveSeatsProps) {
  const { store, feedState, error, reload } = useLiveSeatMap(event, false);
  const live = useSeatMap(store, (state) => state.seats);
  const facts = useSeatMap(store, (state) => state.facts);
  const movable = booking.seat_details.filter((seat) => seat.entry === null);
  const [oldIds, setOldIds] = useState<ReadonlySet<number>>(
    () => new Set(movable.map((seat) => seat.seat_id)),
  );
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [refused, setRefused] = useState<string | null>(null);
  const statusOf = useMemo(() => new Map(live.map((seat) => [seat.facts.id, seat.status])), [live]);
  const seats = useMemo(() => marked(live, chosen), [live, chosen]);
  const numberOf = (id: number) => facts.find((seat) => seat.id === id)?.seatNumber ?? '';

  const old = movable.filter((seat) => oldIds.has(seat.seat_id));
  const lost = chosen.filter((id) => statusOf.get(id) !== 'available');
  const pairs = old.flatMap((seat, place) => {
    const id = chosen[place];
    return id === undefined ? [] : [[seat.seat_id, id] as const];
  });
  const isComplete = old.length > 0 && pairs.length === old.length && lost.length === 0;

  function choose(id: number) {
    if (chosen.includes(id)) {
      setChosen(chosen.filter((each) => each !== id));
      return;
    }
    const isFree = statusOf.get(id) === 'available';
    setRefused(isFree ? null : t('bookings:seatTaken', { seat: numberOf(id) }));
    if (isFree && chosen.length < old.length) setChosen([...chosen, id]);
  }

  return (
    <section className="panel booking-move" aria-labelledby="move">
      <header className="booking-panel__head">
        <h2 id="move" ref={heading} tabIndex={-1}>
          {t('bookings:moveTitle', { id: booking.id })}
        </h2>
        <LiveBadge feedState={feedState} viewers={null} />
        <Button onClick={onStop}>{t('bookings:moveStop')}</Button>
      </header>
      <fieldset className="booking-move__old">
        <legend>{t('bookings:whichSeats')}</legend>
        {booking.seat_details.map((seat) => (
          <label key={seat.seat_id}>
            <input
              type="checkbox"
              checked={oldIds.has(seat.seat_id) && seat.entry === null}
              disabled={seat.entry !== null}
              onChange={({ target }) => {
                const next = new Set(oldIds);
                if (target.checked) next.add(seat.seat_id);
                else next.delete(seat.seat_id);
                setOldIds(next);
                setChosen(chosen.slice(0, next.size));
              }}
            />
            <b>{seat.seat_number}</b> {seat.ticket_type}
            {seat.entry !== null && <small>{t('bookings:hasEntered')}</small>}
          </label>
        ))}
      </fieldset>
      <p role="status">
        {pairs.length < old.length
          ? t('bookings:chooseOnMap', { count: old.length - pairs.length })
          : t('bookings:chooseDone')}
      </p>
      {live.length === 0 ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={reload} />
        )
      ) : (
        <>
          <HallMap
            event={event}
            facts={facts}
            seats={seats}
            focused={null}
            label={t('bookings:mapLabel', { venue: event.venue })}
            onChoose={choose}
          />
          <FindSeat facts={facts} action={t('bookings:choose')} onChoose={choose} />
        </>
      )}
      <div role="alert">
        {refused !== null && <p className="dialog__error">{refused}</p>}
        {lost.map((id) => (
          <p key={id} className="dialog__error">
            {t('bookings:seatNowTaken', { seat: numberOf(id) })}
          </p>
        ))}
      </div>
      {chosen.length > 0 && (
        <ul className="booking-move__chosen">
          {chosen.map((id) => (
            <li key={id}>
              <Button
                onClick={() => {
                  choose(id);
                }}
                aria-label={t('bookings:takeBack', { seat: numberOf(id) })}
              >
                {numberOf(id)} ×
              </Button>
            </li>
          ))}
        </ul>
      )}
      {isComplete && (
        <Settle
          key={JSON.stringify(pairs)}
          event={event}
          booking={booking}
          moves={new Map(pairs)}
          onDone={onDone}
        />
      )}
    </section>
  );
}

/** The seats as they are, with the chosen ones marked like held ones. */
function marked(seats: readonly MapSeat[], chosen: readonly number[]): readonly MapSeat[] {
  if (chosen.length === 0) return seats;
  const ids = new Set(chosen);
  return seats.map((seat) =>
    ids.has(seat.facts.id) && seat.status === 'available'
      ? { ...seat, status: 'mine' as const }
      : seat,
  );
}

interface SettleProps {
  readonly event: EventDetail;
  readonly booking: Booking;
  readonly moves: Moves;
  readonly onDone: (answer: Moved) => void;
}

/** What the move costs, how that is settled, and the button that moves. */
function Settle({ event, booking, moves, onDone }: SettleProps) {
  const pairs = [...moves];
  const quote = useQuery({
    queryKey: [...bookingsKey(event.id), booking.id, 'quote', pairs],
    queryFn: () => quoteMove(booking.id, moves),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const [settling, setSettling] = useState<Settling | null>(null);
  const move = useBookingChange(
    event.id,
    ({ moves: wanted, settling: by, difference }: Wanted, key) =>
      moveSeats(booking.id, new Map(wanted), by, difference, key),
    onDone,
  );
  if (quote.data === undefined) {
    return quote.error === null ? (
      <p role="status">{t('bookings:counting')}</p>
    ) : (
      <ErrorNote error={quote.error} />
    );
  }
  const { settlings, difference } = quote.data;
  const chosen = settlings.length === 1 ? settlings[0] : settling;
  return (
    <div className="booking-move__settle">
      <Prices quote={quote.data} />
      <p className="booking-move__difference">{differenceText(quote.data, booking)}</p>
      {settlings.length > 1 && (
        <fieldset>
          <legend>{t('bookings:settling')}</legend>
          {settlings.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="settling"
                value={each}
                checked={chosen === each}
                onChange={() => {
                  setSettling(each);
                }}
              />
              {t(`bookings:settling_${each}`)}
            </label>
          ))}
        </fieldset>
      )}
      <ErrorNote error={move.error} />
      <Button
        look="primary"
        busy={move.isPending || chosen === null || chosen === undefined}
        onClick={() => {
          if (chosen === null || chosen === undefined) return;
          move.mutate({ moves: pairs, settling: chosen, difference });
        }}
      >
        {t('bookings:move')}
      </Button>
    </div>
  );
}

function Prices({ quote: { seats, currency } }: { readonly quote: Quote }) {
  return (
    <table className="booking-move__prices">
      <caption className="visually-hidden">{t('bookings:moves')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('bookings:from')}</th>
          <th scope="col">{t('bookings:to')}</th>
          <th scope="col">{t('bookings:oldPrice')}</th>
          <th scope="col">{t('bookings:newPrice')}</th>
        </tr>
      </thead>
      <tbody>
        {seats.map((seat) => (
          <tr key={seat.seat_id}>
            <td>{seat.seat_number}</td>
            <td>
              <b>{seat.new_seat_number}</b> {seat.ticket_type}
            </td>
            <td className="tabular">{formatMoney(seat.price, currency)}</td>
            <td className="tabular">{formatMoney(seat.new_price, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function differenceText({ difference, currency }: Quote, booking: Booking): string {
  const amount = Number(difference);
  if (amount === 0) return t('bookings:difference_none');
  const text = formatMoney(difference.replace('-', ''), currency);
  if (booking.payment_status === 'due') {
    return t('bookings:difference_due', { amount: formatMoney(difference, currency) });
  }
  return amount > 0
    ? t('bookings:difference_pay', { amount: text })
    : t('bookings:difference_back', { amount: text });
}
