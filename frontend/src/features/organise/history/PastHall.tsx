import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import type { EventDetail, PastMap } from '@/api/types';
import { Skeleton } from '@/components/Skeleton';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { type HallCounts, countSeats } from '@/features/organise/counts';
import { FindSeat } from '@/features/organise/FindSeat';
import { HallMap } from '@/features/organise/HallMap';
import { formatMoment } from '@/features/organise/history/formats';
import { pastSeats } from '@/features/organise/history/pastSeats';
import { StatusMark } from '@/features/organise/StatusMark';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { layoutQuery } from '@/queries/events';

interface PastHallProps {
  readonly event: EventDetail;
  readonly past: PastMap;
  /** The id of the seat whose story is shown. */
  readonly chosen: number | null;
  readonly onChoose: (seatId: number) => void;
}

const NO_FACTS: readonly SeatFacts[] = [];

/** The house at a moment, with what was sold and held then. */
export function PastHall({ event, past, chosen, onChoose }: PastHallProps) {
  const layout = useQuery({ ...layoutQuery(event.id, past.layout), enabled: past.layout !== '' });
  const facts = layout.data?.facts ?? NO_FACTS;
  const seats = useMemo(() => pastSeats(past, facts), [past, facts]);
  const counts = useMemo(() => countSeats(seats), [seats]);
  const focused = useMemo(() => {
    const index = facts.findIndex(({ id }) => id === chosen);
    return index === -1 ? null : index;
  }, [facts, chosen]);
  return (
    <section className="panel past-hall">
      <h2>{t('history:map')}</h2>
      <Counts counts={counts} />
      {seats.length === 0 ? (
        <Skeleton shape="card" />
      ) : (
        <HallMap
          event={event}
          facts={facts}
          seats={seats}
          focused={focused}
          label={t('history:mapLabel', {
            venue: event.venue,
            time: formatMoment(past.at, event.time_zone),
            sold: formatNumber(counts.sold),
            held: formatNumber(counts.held),
            free: formatNumber(counts.free),
          })}
          onChoose={onChoose}
        />
      )}
      <FindSeat
        facts={facts}
        hint={t('history:mapHint')}
        action={t('organise:find')}
        onChoose={onChoose}
      />
      {past.missing > 0 && (
        <p className="panel__note">{t('history:missing', { count: past.missing })}</p>
      )}
    </section>
  );
}

function Counts({ counts: { sold, held, free, blocked } }: { readonly counts: HallCounts }) {
  const figures = [
    ['reserved', t('organise:sold'), sold],
    ['locked', t('organise:held'), held],
    ['available', t('organise:free'), free],
    ['blocked', t('organise:blocked'), blocked],
  ] as const;
  return (
    <dl className="past-hall__counts tabular">
      {figures.map(([status, name, count]) => (
        <div key={status}>
          <dt>
            <StatusMark status={status} />
            {name}
          </dt>
          <dd>{formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
