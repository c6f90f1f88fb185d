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

/** One seat is reached by the Tab key; from there the arrow keys walk as the seats lie. */
export function useSeatFocus(
  buttons: RefObject<HTMLElement | null>,
  view: MapView,
  facts: readonly SeatFacts[],
) {
  const [tabStop, setTabStop] = useState(0);
  const [focused, setFocused] = useState<number | null>(null);
  const isWalking = useRef(false);

  // The button of a seat that is out of view is there once it is the tab stop.
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
    /** Null as well while the focus came with a pointer: who points sees where. */
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
