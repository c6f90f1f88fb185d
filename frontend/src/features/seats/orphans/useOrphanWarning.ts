import { useEffect, useMemo, useState } from 'react';

import type { EventDetail } from '@/api/types';
import type { Announce } from '@/components/announce';
import { findOrphans } from '@/domain/seatMap/orphans';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { Section } from '@/domain/seatMap/sections';
import { orphanText, type OrphanFix, orphanFixes } from '@/features/seats/orphans/orphanFixes';
import { t } from '@/i18n/language';

export interface OrphanPrompt {
  readonly text: string;
  readonly fixes: readonly OrphanFix[];
  /** The first orphan. */
  readonly seat: SeatFacts | undefined;
  readonly dismiss: () => void;
}

interface OrphanWarningOptions {
  readonly event: EventDetail;
  readonly sections: readonly Section[];
  readonly seats: readonly MapSeat[];
  readonly mine: readonly MapSeat[];
  readonly isOnSale: boolean;
  readonly announce: Announce;
}

/** Suggest how to avoid orphan seats. Can be dismissed or ignored. */
export function useOrphanWarning(options: OrphanWarningOptions): OrphanPrompt | null {
  const { event, sections, seats, mine, isOnSale, announce } = options;
  const [dismissed, setDismissed] = useState('');
  // A pending lock may still be refused.
  const isActive = isOnSale && event.orphan_rule !== 'off' && mine.every(({ pending }) => !pending);
  const warning = useMemo(
    () =>
      isActive
        ? findOrphans(
            sections,
            seats,
            mine.map(({ facts }) => facts),
            event.seat_cap - mine.length,
          )
        : null,
    [isActive, sections, seats, mine, event.seat_cap],
  );
  const text = warning === null ? null : orphanText(warning, event.orphan_rule === 'refuse');
  const name = warning?.orphans.map(({ id }) => id).join() ?? '';
  const isShown = text !== null && name !== dismissed;

  useEffect(() => {
    if (isShown) announce(t('choosing:orphans_said', { sentence: text }), 'quiet');
  }, [isShown, name, text, announce]);

  if (!isShown || warning === null) return null;
  return {
    text,
    fixes: orphanFixes(warning, event.currency),
    seat: warning.orphans[0],
    dismiss: () => {
      setDismissed(name);
    },
  };
}
