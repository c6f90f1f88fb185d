import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useMemo, useState } from 'react';

import type { EventDetail, PastMap } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Skeleton } from '@/components/Skeleton';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { type HallCounts, countSeats } from '@/features/organise/counts';
import { formatMoment } from '@/features/organise/history/formats';
import { PastMapCanvas } from '@/features/organise/history/PastMapCanvas';
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
        <PastMapCanvas
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
      <FindSeat facts={facts} onChoose={onChoose} />
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

interface FindSeatProps {
  readonly facts: readonly SeatFacts[];
  readonly onChoose: (seatId: number) => void;
}

/** Chooses a seat by its name, for those who do not point at the map. */
function FindSeat({ facts, onChoose }: FindSeatProps) {
  const [name, setName] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  function find(submit: SyntheticEvent) {
    submit.preventDefault();
    const wanted = name.trim().toLowerCase();
    const found = facts.find(({ seatNumber }) => seatNumber.toLowerCase() === wanted);
    setUnknown(found === undefined);
    if (found !== undefined) onChoose(found.id);
  }
  return (
    <form className="past-hall__find" onSubmit={find}>
      <Field
        label={t('history:findSeat')}
        hint={t('history:mapHint')}
        errors={isUnknown ? [t('history:findSeatNone')] : []}
        value={name}
        autoComplete="off"
        onChange={({ target }) => {
          setName(target.value);
          setUnknown(false);
        }}
      />
      <Button type="submit">{t('history:find')}</Button>
    </form>
  );
}
