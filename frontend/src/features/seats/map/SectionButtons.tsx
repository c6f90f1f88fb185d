import { type KeyboardEvent, memo, useCallback, useState } from 'react';

import { type Area, type Availability, availabilityOf } from '@/canvas/areas';
import type { MapSeat } from '@/domain/seatMap/seats';
import { sectionLabel } from '@/features/seats/map/sectionLabels';

interface SectionButtonsProps {
  readonly sections: readonly Area[];
  readonly seats: readonly MapSeat[];
  readonly currency: string;
  readonly onOpen: (section: Area) => void;
}

/** Section buttons when zoomed out; arrow keys move between them. */
export function SectionButtons({ sections, seats, currency, onOpen }: SectionButtonsProps) {
  const [tabStop, setTabStop] = useState(0);
  const availability = availabilityOf(sections, seats);

  const walk = useCallback(
    (from: Area, press: KeyboardEvent<HTMLButtonElement>) => {
      const step = STEPS[press.key];
      if (step === undefined) return;
      press.preventDefault();
      const next = (from.index + step + sections.length) % sections.length;
      press.currentTarget.parentElement
        ?.querySelector<HTMLElement>(`[data-section="${next}"]`)
        ?.focus({ preventScroll: true });
    },
    [sections],
  );

  return sections.map((section) => (
    <SectionButton
      key={section.name}
      section={section}
      availability={availability[section.index] ?? NOTHING}
      currency={currency}
      isTabStop={section.index === tabStop}
      onOpen={onOpen}
      onFocus={setTabStop}
      onWalk={walk}
    />
  ));
}

const NOTHING: Availability = { free: 0, priceFrom: null };

interface SectionButtonProps {
  readonly section: Area;
  readonly availability: Availability;
  readonly currency: string;
  readonly isTabStop: boolean;
  readonly onOpen: (section: Area) => void;
  readonly onFocus: (index: number) => void;
  readonly onWalk: (from: Area, press: KeyboardEvent<HTMLButtonElement>) => void;
}

const SectionButton = memo(function SectionButton({
  section,
  availability,
  currency,
  isTabStop,
  onOpen,
  onFocus,
  onWalk,
}: SectionButtonProps) {
  return (
    <button
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
      }}
      onClick={({ detail }) => {
        // Pointer clicks are resolved by position, since these boxes overlap and sections do not.
        if (detail === 0) onOpen(section);
      }}
    />
  );
});

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};
