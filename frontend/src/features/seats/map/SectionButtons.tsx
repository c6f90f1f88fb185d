import {
  type KeyboardEvent,
  memo,
  type Ref,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import { type Area, type Availability, availabilityOf } from '@/canvas/areas';
import { ARROWS, mostNearlyAhead } from '@/domain/seatMap/neighbour';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import { sectionLabel } from '@/features/seats/map/sectionLabels';

interface SectionButtonsProps {
  readonly sections: readonly Area[];
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  readonly currency: string;
  /** The section to focus at once; null for none. */
  readonly focusAtOnce: number | null;
  readonly onFocusedAtOnce: () => void;
  /** Null when none has the focus any more. Must be stable. */
  readonly onPoint: (section: Area | null) => void;
  readonly onOpen: (section: Area) => void;
}

/** Section buttons when zoomed out; arrow keys move between them by place. */
export function SectionButtons({
  sections,
  seats,
  counts,
  currency,
  focusAtOnce,
  onFocusedAtOnce,
  onPoint,
  onOpen,
}: SectionButtonsProps) {
  const [tabStop, setTabStop] = useState(focusAtOnce ?? 0);
  const first = useRef<HTMLButtonElement>(null);
  const availability = availabilityOf(sections, seats, counts);

  useLayoutEffect(() => {
    if (focusAtOnce === null) return;
    first.current?.focus({ preventScroll: true });
    onFocusedAtOnce();
  }, [focusAtOnce, onFocusedAtOnce]);

  const walk = useCallback(
    (from: Area, press: KeyboardEvent<HTMLButtonElement>) => {
      const direction = ARROWS[press.key];
      if (direction === undefined) return;
      press.preventDefault();
      const middles = sections.map(({ middle }) => middle);
      const next = mostNearlyAhead(middles, from.middle, direction);
      if (next === null) return;
      press.currentTarget.parentElement
        ?.querySelector<HTMLElement>(`[data-section="${middles.indexOf(next)}"]`)
        ?.focus({ preventScroll: true });
    },
    [sections],
  );

  return sections.map((section) => (
    <SectionButton
      key={section.name}
      ref={section.index === focusAtOnce ? first : undefined}
      section={section}
      availability={availability[section.index] ?? NOTHING}
      currency={currency}
      isTabStop={section.index === tabStop}
      onOpen={onOpen}
      onFocus={setTabStop}
      onPoint={onPoint}
      onWalk={walk}
    />
  ));
}

const NOTHING: Availability = { free: 0, priceFrom: null, isKnown: true };

interface SectionButtonProps {
  readonly ref: Ref<HTMLButtonElement> | undefined;
  readonly section: Area;
  readonly availability: Availability;
  readonly currency: string;
  readonly isTabStop: boolean;
  readonly onOpen: (section: Area) => void;
  readonly onFocus: (index: number) => void;
  readonly onPoint: (section: Area | null) => void;
  readonly onWalk: (from: Area, press: KeyboardEvent<HTMLButtonElement>) => void;
}

const SectionButton = memo(function SectionButton({
  ref,
  section,
  availability,
  currency,
  isTabStop,
  onOpen,
  onFocus,
  onPoint,
  onWalk,
}: SectionButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="section-button"
      style={{
        left: section.bounds.x,
        top: section.bounds.y,
        width: section.bounds.width,
        height: section.bounds.height,
      }}
      data-section={section.index}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={sectionLabel(section, availability, currency)}
      onKeyDown={(press) => {
        onWalk(section, press);
      }}
      onFocus={() => {
        onFocus(section.index);
        onPoint(section);
      }}
      onBlur={() => {
        onPoint(null);
      }}
      onClick={({ detail }) => {
        // Pointer clicks are resolved by position, since these boxes overlap and sections do not.
        if (detail === 0) onOpen(section);
      }}
    />
  );
});
