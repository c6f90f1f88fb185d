import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';

import type { AllocatedSeats, EventDetail } from '@/api/types';
import { Failure } from '@/components/Failure';
import { LiveBadge } from '@/components/LiveBadge';
import { NoSeats } from '@/components/NoSeats';
import { Skeleton } from '@/components/Skeleton';
import type { MapSeat } from '@/domain/seatMap/seats';
import { sceneOf } from '@/canvas/scene';
import { BoxOfficeMap, type How } from '@/features/organise/boxOffice/BoxOfficeMap';
import { EventHead } from '@/features/organise/EventHead';
import { Panel } from '@/features/organise/boxOffice/Panel';
import {
  NOTHING,
  type Selection,
  selectedSeats,
  toggled,
  withSeats,
} from '@/features/organise/boxOffice/selection';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import type { SeatMapComponent } from '@/features/organise/boxOffice/seatMapProps';
import { useLiveSeatMap, useSeatMap } from '@/hooks/useLiveSeatMap';
import { t } from '@/i18n/language';
import { allocationsQuery } from '@/queries/boxOffice';

interface BoxOfficeProps {
  readonly event: EventDetail;
  readonly SeatMap: SeatMapComponent;
}

const NO_ALLOCATIONS: readonly AllocatedSeats[] = [];

/** The live map, and beside it what can be done with the seats that are selected on it. */
export function BoxOffice({ event, SeatMap }: BoxOfficeProps) {
  const { store, feedState, error, reload } = useLiveSeatMap(event, false);
  const seats = useSeatMap(store, (state) => state.seats);
  const facts = useSeatMap(store, (state) => state.facts);
  const indexById = useSeatMap(store, (state) => state.indexById);
  const { plan, categories } = event;
  const scene = useMemo(() => sceneOf(plan, categories, facts), [plan, categories, facts]);
  const allocations = useAllocations(event.id, seats);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const map = useRef<SeatMapHandle>(null);
  const selected = useMemo(
    () => selectedSeats(selection, seats, indexById),
    [selection, seats, indexById],
  );

  function pick(picked: readonly MapSeat[], how: How) {
    setSelection((before) => {
      const { seats: now } = store.getState();
      if (how === 'toggle') return toggled(before, picked, now);
      return withSeats(how === 'add' ? before : NOTHING, picked, now);
    });
  }
  function pickIds(ids: readonly number[]) {
    const { seats: now, indexById: indexes } = store.getState();
    const picked = ids.flatMap((id) => now[indexes.get(id) ?? -1] ?? []);
    pick(picked, 'only');
    const places = picked.flatMap(({ facts: seat }) => (seat.isPlace ? [] : seat));
    if (places.length > 0) map.current?.showSeats(places);
  }

  return (
    <div className="box-office">
      <title>{t('pageTitle', { page: t('boxOffice:title', { event: event.name }) })}</title>
      <EventHead event={event} title={t('boxOffice:title', { event: event.name })}>
        <LiveBadge feedState={feedState} viewers={null} />
      </EventHead>
      {seats.length > 0 ? (
        <BoxOfficeMap
          SeatMap={SeatMap}
          map={map}
          event={event}
          scene={scene}
          seats={seats}
          clock={store.clock}
          selected={selected}
          onPick={pick}
        />
      ) : (
        <div className="box-office__map">
          {error !== null ? (
            <Failure error={error} onRetry={reload} />
          ) : event.seats_total === 0 ? (
            <NoSeats />
          ) : (
            <Skeleton shape="fill" />
          )}
        </div>
      )}
      <Panel
        event={event}
        seats={seats}
        standing={scene.standing}
        selection={selection}
        selected={selected}
        allocations={allocations}
        onPick={pick}
        onPickIds={pickIds}
        onSelect={setSelection}
      />
    </div>
  );
}

/** What seats are kept for, fetched again whenever other seats are blocked. */
function useAllocations(eventId: number, seats: readonly MapSeat[]): readonly AllocatedSeats[] {
  const queryClient = useQueryClient();
  const { data = NO_ALLOCATIONS } = useQuery(allocationsQuery(eventId));
  const blocked = useMemo(
    () => seats.flatMap(({ status, facts: { index } }) => (status === 'blocked' ? index : [])),
    [seats],
  ).join();
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: allocationsQuery(eventId).queryKey });
  }, [queryClient, eventId, blocked]);
  return data;
}
