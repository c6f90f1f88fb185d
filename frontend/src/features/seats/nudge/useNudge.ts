import { useEffect, useMemo, useState } from 'react';

import type { EventDetail } from '@/api/types';
import type { Announce } from '@/components/announce';
import { findOrphans } from '@/domain/seatMap/orphans';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { Section } from '@/domain/seatMap/sections';
import { nudgeSentence, type WayOut, waysOut } from '@/features/seats/nudge/nudge';
import { t } from '@/i18n/language';

export interface Nudge {
  readonly sentence: string;
  readonly ways: readonly WayOut[];
  /** A seat that would be on its own. */
  readonly about: SeatFacts | undefined;
  readonly dismiss: () => void;
}

interface NudgeOptions {
  readonly event: EventDetail;
  readonly sections: readonly Section[];
  readonly seats: readonly MapSeat[];
  readonly mine: readonly MapSeat[];
  readonly isOnSale: boolean;
  readonly announce: Announce;
}

/** Asks, once and in passing, whether a seat has to be left on its own. Nobody has to answer. */
export function useNudge(options: NudgeOptions): Nudge | null {
  const { event, sections, seats, mine, isOnSale, announce } = options;
  const [dismissed, setDismissed] = useState('');
  // What is still on its way may yet be refused.
  const isAsked = isOnSale && mine.every(({ pending }) => !pending);
  const orphaning = useMemo(
    () =>
      isAsked
        ? findOrphans(
            sections,
            seats,
            mine.map(({ facts }) => facts),
            event.seat_cap - mine.length,
          )
        : null,
    [isAsked, sections, seats, mine, event.seat_cap],
  );
  const sentence = orphaning === null ? null : nudgeSentence(orphaning);
  const name = orphaning?.orphans.map(({ id }) => id).join() ?? '';
  const isShown = sentence !== null && name !== dismissed;

  useEffect(() => {
    if (isShown) announce(t('choosing:nudge_said', { sentence }), 'quiet');
  }, [isShown, name, sentence, announce]);

  if (!isShown || orphaning === null) return null;
  return {
    sentence,
    ways: waysOut(orphaning, event.currency),
    about: orphaning.orphans[0],
    dismiss: () => {
      setDismissed(name);
    },
  };
}
