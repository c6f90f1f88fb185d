import { useEffect } from 'react';

import type { SectionChoice } from '@/domain/feed/sectionChoice';
import { numberingOf, sectionsOfSeats } from '@/domain/seatMap/numbering';
import type { SeatMapStore } from '@/domain/seatMap/store';
import type { Offer } from '@/features/seats/offer/offer';
import { useSeatMap } from '@/hooks/useLiveSeatMap';

/**
 * Choose the sections of the seats that the user holds or has asked for, of those that are offered
 * instead, and of those that a code has opened, wherever the map is.
 */
export function useNeededSections(
  choice: SectionChoice | null,
  store: SeatMapStore,
  offer: Offer | null,
): void {
  const facts = useSeatMap(store, (state) => state.facts);
  const indexById = useSeatMap(store, (state) => state.indexById);
  const own = useSeatMap(store, (state) => state.own);
  const pending = useSeatMap(store, (state) => state.pending);
  const opened = useSeatMap(store, (state) => state.opened);
  useEffect(() => {
    if (choice === null) return;
    const ids = [
      ...own.keys(),
      ...pending.keys(),
      ...(opened?.seatIds ?? []),
      ...(offer?.alternatives.flatMap(({ seatIds }) => seatIds) ?? []),
    ];
    const seats = ids.map((id) => facts[indexById.get(id) ?? -1]);
    choice.show('seats', sectionsOfSeats(numberingOf(facts), seats));
  }, [choice, facts, indexById, own, pending, opened, offer]);
}
