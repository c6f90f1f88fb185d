import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import type { Bounds } from '@/domain/geometry';
import { ARROWS, neighbour } from '@/domain/seatMap/neighbour';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { MapView } from '@/components/map/mapView';
import { seatIndexOf } from '@/features/seats/map/picking';
import { TAPPABLE_RADIUS_PX } from '@/features/seats/map/usePointer';

interface SeatFocusOptions {
  readonly buttons: RefObject<HTMLElement | null>;
  readonly view: MapView;
  readonly facts: readonly SeatFacts[];
  /** What lies over the map, in screen coordinates. */
  readonly covers: () => readonly Bounds[];
}

/** A seat to focus once its button exists; `isInView` if the map moves there already. */
interface Wanted {
  readonly index: number;
  readonly isInView: boolean;
}

/** Roving tabindex: Tab reaches one seat, arrow keys move by position. */
export function useSeatFocus({ buttons, view, facts, covers }: SeatFocusOptions) {
  const [tabStop, setTabStop] = useState(0);
  const [focused, setFocused] = useState<number | null>(null);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const isInView = useRef(false);

  // An out-of-view seat's button exists only after it becomes the tab stop.
  useLayoutEffect(() => {
    if (wanted === null) return;
    isInView.current = wanted.isInView;
    buttons.current
      ?.querySelector<HTMLElement>(`[data-seat="${wanted.index}"]`)
      ?.focus({ preventScroll: true });
    isInView.current = false;
  }, [buttons, wanted]);

  const focusSeat = useCallback((index: number) => {
    setTabStop(index);
    setWanted({ index, isInView: true });
  }, []);

  function seatOf(target: EventTarget): SeatFacts | undefined {
    const index = seatIndexOf(target);
    return index === null ? undefined : facts[index];
  }

  return {
    tabStop,
    /** Null after a click, where no focus ring is needed. */
    focused,
    /** Focus a seat that the map moves to. */
    focusSeat,
    handlers: {
      onKeyDown: (press: KeyboardEvent) => {
        const from = seatOf(press.target);
        const direction = ARROWS[press.key];
        if (from === undefined || direction === undefined) return;
        press.preventDefault();
        const next = neighbour(facts, from, direction);
        if (next === null) return;
        setTabStop(next.index);
        setWanted({ index: next.index, isInView: false });
      },
      onFocus: ({ target }: FocusEvent) => {
        const seat = seatOf(target);
        if (seat === undefined) return;
        setTabStop(seat.index);
        if (!target.matches(':focus-visible')) return;
        setFocused(seat.index);
        if (!isInView.current) view.controls.reveal(seat, TAPPABLE_RADIUS_PX, covers());
      },
      onBlur: () => {
        setFocused(null);
      },
    },
  };
}
