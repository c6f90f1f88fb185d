import { useEffect, useMemo, useState } from 'react';

import { useAnnounce } from '@/components/announce';
import { nudgeSentence, type WayOut, waysOut } from '@/features/seats/nudge/nudge';
import { OfferCard } from '@/features/seats/offer/OfferCard';
import type { EventDetail } from '@/lib/api/types';
import { t } from '@/lib/i18n/language';
import type { Section } from '@/lib/seatmap/hall';
import { orphaningOf } from '@/lib/seatmap/orphans';
import type { MapSeat } from '@/lib/seatmap/seats';

interface OrphanNudgeProps {
  readonly event: EventDetail;
  readonly sections: readonly Section[];
  readonly seats: readonly MapSeat[];
  readonly mine: readonly MapSeat[];
  readonly onTake: (way: WayOut) => void;
}

/** Asks, once and in passing, whether a seat has to be left on its own. Nobody has to answer. */
export function OrphanNudge({ event, sections, seats, mine, onTake }: OrphanNudgeProps) {
  const announce = useAnnounce();
  const [dismissed, setDismissed] = useState('');
  const spare = event.seat_cap - mine.length;
  const orphaning = useMemo(
    // What is still on its way may yet be refused.
    () =>
      mine.some(({ pending }) => pending)
        ? null
        : orphaningOf(
            sections,
            seats,
            mine.map(({ facts }) => facts),
            spare,
          ),
    [sections, seats, mine, spare],
  );
  const sentence = orphaning === null ? null : nudgeSentence(orphaning);
  const name = orphaning?.orphans.map(({ id }) => id).join() ?? '';
  const isShown = sentence !== null && name !== dismissed;

  useEffect(() => {
    if (isShown) announce(t('choosing:nudge_said', { sentence }), 'quiet');
  }, [isShown, name, sentence, announce]);

  if (!isShown || orphaning === null) return null;
  return (
    <OfferCard
      name={t('choosing:nudge')}
      sentence={sentence}
      choices={waysOut(orphaning, event.currency)}
      awayFrom={orphaning.orphans[0]}
      onTake={onTake}
      onDismiss={() => {
        setDismissed(name);
      }}
    />
  );
}
