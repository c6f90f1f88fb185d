import { useMemo, useState } from 'react';

import type { EventDetail } from '@/api/types';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { SeatMapStore } from '@/domain/seatMap/store';
import { type Bill, billOf, type ChosenTypes, heldPrices, ticketPrice } from '@/domain/tickets';
import { useSeatMap } from '@/hooks/useLiveSeatMap';

export interface TypeOption {
  /** Null for the seat's own price. */
  readonly id: number | null;
  readonly name: string | null;
  readonly price: string;
}

export interface Tickets {
  readonly bill: Bill;
  /** What a seat can be sold as. Only one if there is nothing to choose. */
  readonly optionsFor: (seat: MapSeat) => readonly TypeOption[];
  readonly choose: (seatId: number, typeId: number | null) => void;
}

/** The user's choice of ticket types for the seats that they hold, and what these cost. */
export function useTickets(
  event: EventDetail,
  store: SeatMapStore,
  mine: readonly MapSeat[],
): Tickets {
  const [chosen, setChosen] = useState<ChosenTypes>(new Map());
  const own = useSeatMap(store, (state) => state.own);
  const held = useMemo(() => heldPrices(own), [own]);
  const bill = useMemo(
    () =>
      billOf(
        mine.map(({ facts }) => facts),
        chosen,
        held,
        event,
      ),
    [mine, chosen, held, event],
  );

  function optionsFor({ facts }: MapSeat): TypeOption[] {
    return [null, ...event.ticket_types].flatMap((type) => {
      const price = ticketPrice(facts, type, held);
      return price === undefined ? [] : { id: type?.id ?? null, name: type?.name ?? null, price };
    });
  }

  function choose(seatId: number, typeId: number | null): void {
    const next = new Map(chosen);
    if (typeId === null) next.delete(seatId);
    else next.set(seatId, typeId);
    setChosen(next);
  }

  return { bill, optionsFor, choose };
}
