import { type KeyboardEvent, useState } from 'react';

import { sectionInWords } from '@/features/seats/map/sectionWords';
import { type Area, stockOf } from '@/lib/map/areas';
import type { MapSeat } from '@/lib/seatmap/seats';

interface SectionButtonsProps {
  readonly sections: readonly Area[];
  readonly seats: readonly MapSeat[];
  readonly currency: string;
  readonly onOpen: (section: Area) => void;
}

/** From afar the sections are what one can go to; the arrow keys lead from one to the next. */
export function SectionButtons({ sections, seats, currency, onOpen }: SectionButtonsProps) {
  const [tabStop, setTabStop] = useState(0);

  function walk(press: KeyboardEvent<HTMLButtonElement>) {
    const step = STEPS[press.key];
    if (step === undefined) return;
    press.preventDefault();
    const next = (tabStop + step + sections.length) % sections.length;
    setTabStop(next);
    press.currentTarget.parentElement
      ?.querySelector<HTMLElement>(`[data-section="${next}"]`)
      ?.focus({ preventScroll: true });
  }

  return sections.map((section) => (
    <button
      key={section.name}
      type="button"
      className="section-button"
      style={{
        left: section.bounds.x,
        top: section.bounds.y,
        width: section.bounds.width,
        height: section.bounds.height,
      }}
      data-section={section.index}
      tabIndex={section.index === tabStop ? 0 : -1}
      aria-label={sectionInWords(section, stockOf(section, seats), currency)}
      onKeyDown={walk}
      onFocus={() => {
        setTabStop(section.index);
      }}
      onClick={({ detail }) => {
        // A pointer's click is told by where it is: these boxes overlap, the sections do not.
        if (detail === 0) onOpen(section);
      }}
    />
  ));
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};
