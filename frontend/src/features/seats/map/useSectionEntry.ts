import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

import { type Area, availabilityOf } from '@/canvas/areas';
import type { Scene } from '@/canvas/scene';
import type { MapView } from '@/components/map/mapView';
import { useAnnounce } from '@/components/announce';
import type { Bounds } from '@/domain/geometry';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import { sectionLabel } from '@/features/seats/map/sectionLabels';
import { TAPPABLE_RADIUS_PX } from '@/features/seats/map/usePointer';
import type { useSeatFocus } from '@/features/seats/map/useSeatFocus';

interface SectionEntryOptions {
  readonly view: MapView;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  readonly currency: string;
  /** What lies over the map, in screen coordinates. */
  readonly covers: () => readonly Bounds[];
  readonly focus: ReturnType<typeof useSeatFocus>;
}

/** Returns a stable function that zooms to a section and focuses its first free seat. */
export function useSectionEntry({
  view,
  scene,
  seats,
  counts,
  currency,
  covers,
  focus,
}: SectionEntryOptions): (section: Area) => void {
  const announce = useAnnounce();
  const seatsRef = useLatest(seats);
  const countsRef = useLatest(counts);
  const [entered, setEntered] = useState<Area | null>(null);
  const leave = useCallback(() => {
    setEntered(null);
  }, []);
  useFirstFree(entered, seats, focus, leave);
  const { focusSeat } = focus;
  return useCallback(
    (section) => {
      const first = firstFree(section, seatsRef.current);
      const seat = scene.facts[first];
      if (seat === undefined) return;
      const { bounds, index } = section;
      view.controls.animateToSeat(bounds, seat, TAPPABLE_RADIUS_PX, covers());
      const all = availabilityOf(scene.areas, seatsRef.current, countsRef.current);
      const availability = all[index];
      if (availability !== undefined)
        announce(sectionLabel(section, availability, currency), 'quiet');
      focusSeat(first);
      setEntered(availability?.isKnown === false ? section : null);
    },
    [view, scene, seatsRef, countsRef, covers, announce, currency, focusSeat],
  );
}

/**
 * Once the seats of a section that was entered are known, move the focus from its first seat to its
 * first free one.
 */
function useFirstFree(
  entered: Area | null,
  seats: readonly MapSeat[],
  { focused, focusSeat }: ReturnType<typeof useSeatFocus>,
  onKnown: () => void,
): void {
  useEffect(() => {
    if (entered === null) return;
    if (entered.seatIndexes.some((index) => seats[index]?.status === 'unknown')) return;
    if (focused === entered.seatIndexes[0]) focusSeat(firstFree(entered, seats));
    onKnown();
  }, [entered, seats, focused, focusSeat, onKnown]);
}

/** The index of a section's first free seat, or of its first seat. */
function firstFree({ seatIndexes }: Area, seats: readonly MapSeat[]): number {
  const free = seatIndexes.find((index) => seats[index]?.status === 'available');
  return free ?? seatIndexes[0] ?? 0;
}

/** For long-lived functions, which must not keep the seats of an earlier render in memory. */
function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}
