import { useCallback, useMemo, useState } from 'react';

import type { EventDetail } from '@/api/types';
import { PlanThumbnail, type Tone } from '@/components/PlanThumbnail';
import type { DisplayStatus, MapSeat } from '@/domain/seatMap/seats';
import { type HallCounts, soldShare } from '@/features/organise/counts';
import { formatShare } from '@/features/organise/formats';
import { type useLiveSeatMap, useSeatMap } from '@/hooks/useLiveSeatMap';
import { formatList, t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';

const TONES: Readonly<Record<DisplayStatus, Tone>> = {
  available: 'seat',
  mine: 'locked',
  locked: 'locked',
  reserved: 'reserved',
  blocked: 'blocked',
  unknown: 'seat-plain',
};

/** From little to much sold, in even steps. */
const HEAT = ['heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4'] as const satisfies readonly Tone[];

type View = 'seats' | 'heat';

interface HallPlanProps {
  readonly event: EventDetail;
  readonly store: ReturnType<typeof useLiveSeatMap>['store'];
  readonly seats: readonly MapSeat[];
  readonly counts: HallCounts;
}

/** The house as it is: its seats, or how much of each section is sold. */
export function HallPlan({ event, store, seats, counts }: HallPlanProps) {
  const [view, setView] = useState<View>('seats');
  const facts = useSeatMap(store, (state) => state.facts);
  const shares = useMemo(
    () => new Map(counts.sections.map((section) => [section.name, soldShare(section)])),
    [counts],
  );
  const toneOf = useCallback(
    (index: number) => {
      const seat = facts[index];
      // The places of a standing area are all at one point.
      if (seat?.isPlace === true) return null;
      return view === 'seats'
        ? TONES[seats[index]?.status ?? 'available']
        : heatOf(shares.get(seat?.section ?? '') ?? 0);
    },
    [facts, seats, shares, view],
  );
  return (
    <section className="panel hall-plan">
      <h2>{t('organise:map')}</h2>
      <fieldset className="hall-plan__views">
        <legend className="visually-hidden">{t('organise:mapShows')}</legend>
        {(['seats', 'heat'] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="hall-plan"
              checked={view === each}
              onChange={() => {
                setView(each);
              }}
            />
            {t(`organise:mapShows_${each}`)}
          </label>
        ))}
      </fieldset>
      <PlanThumbnail
        plan={event.plan}
        facts={facts}
        toneOf={toneOf}
        label={
          view === 'seats'
            ? t('organise:mapLabel', {
                venue: event.venue,
                sold: formatNumber(counts.sold),
                held: formatNumber(counts.held),
                free: formatNumber(counts.free),
              })
            : t('organise:heatLabel', {
                sections: formatList(
                  [...shares].map(([name, share]) =>
                    t('organise:heatSection', { name, share: formatShare(share) }),
                  ),
                ),
              })
        }
      />
      {view === 'heat' && (
        <ul className="heat-legend tabular">
          {HEAT.map((tone, step) => (
            <li key={tone}>
              <span className="heat-legend__tone" data-step={step} aria-hidden="true" />
              {t('organise:heatStep', {
                from: formatShare(step / HEAT.length),
                to: formatShare((step + 1) / HEAT.length),
              })}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function heatOf(share: number): Tone {
  const step = Math.min(Math.floor(share * HEAT.length), HEAT.length - 1);
  return HEAT[step] ?? 'heat-0';
}
