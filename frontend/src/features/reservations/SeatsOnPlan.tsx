import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import type { Reservation } from '@/api/types';
import { PlanThumbnail } from '@/components/PlanThumbnail';
import { Skeleton } from '@/components/Skeleton';
import { seatsInWords } from '@/domain/seatWords';
import { useSeatFacts } from '@/hooks/useSeatFacts';
import { t } from '@/i18n/language';
import { eventQuery } from '@/queries/events';

/** The reservation's seats, highlighted on the plan. */
export function SeatsOnPlan({ reservation }: { readonly reservation: Reservation }) {
  const { data: event, error } = useQuery(eventQuery(reservation.event));
  const { facts, error: seatsError } = useSeatFacts(reservation.event);
  const highlighted = useMemo(() => {
    const ids = new Set(reservation.seat_details.map(({ seat_id: id }) => id));
    return new Set(facts?.filter(({ id }) => ids.has(id)).map(({ index }) => index));
  }, [reservation.seat_details, facts]);

  if (event !== undefined && facts !== undefined) {
    return (
      <PlanThumbnail
        plan={event.plan}
        facts={facts}
        highlighted={highlighted}
        label={t('reservations:mapLabel', {
          venue: reservation.venue,
          seats: seatsInWords(reservation.seat_details),
        })}
      />
    );
  }
  if (error !== null || seatsError !== null) {
    return <p className="booking__note">{t('reservations:mapMissing')}</p>;
  }
  return <Skeleton shape="card" />;
}
