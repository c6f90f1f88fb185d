import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import { type Direction, neighbour } from '@/domain/seatMap/neighbour';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { MapView } from '@/features/seats/map/mapView';
import { seatIndexOf } from '@/features/seats/map/picking';
import { TAPPABLE_RADIUS_PX } from '@/features/seats/map/usePointer';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Roving tabindex: Tab reaches one seat, arrow keys move by position. */
export function useSeatFocus(
  buttons: RefObject<HTMLElement | null>,
  view: MapView,
  facts: readonly SeatFacts[],
) {
  const [tabStop, setTabStop] = useState(0);
  const [focused, setFocused] = useState<number | null>(null);
  const isWalking = useRef(false);

  // An out-of-view seat's button exists only after it becomes the tab stop.
  useLayoutEffect(() => {
    if (!isWalking.current) return;
    isWalking.current = false;
    buttons.current
      ?.querySelector<HTMLElement>(`[data-seat="${tabStop}"]`)
      ?.focus({ preventScroll: true });
  }, [buttons, tabStop]);

  function seatOf(target: EventTarget): SeatFacts | undefined {
    const index = seatIndexOf(target);
    return index === null ? undefined : facts[index];
  }

  return {
    tabStop,
    /** Null after a click, where no focus ring is needed. */
    focused,
    handlers: {
      onKeyDown: (press: KeyboardEvent) => {
        const from = seatOf(press.target);
        const direction = ARROWS[press.key];
        if (from === undefined || direction === undefined) return;
        press.preventDefault();
        const next = neighbour(facts, from, direction);
        if (next === null) return;
        isWalking.current = true;
        setTabStop(next.index);
      },
      onFocus: ({ target }: FocusEvent) => {
        const seat = seatOf(target);
        if (seat === undefined) return;
        setTabStop(seat.index);
        if (!target.matches(':focus-visible')) return;
        setFocused(seat.index);
        view.controls.reveal(seat, TAPPABLE_RADIUS_PX);
      },
      onBlur: () => {
        setFocused(null);
      },
    },
  };
}
