import { type RefObject, useEffect, useRef, useState } from 'react';

import { type Bounds, boundsOf, distance, type Point } from '@/domain/geometry';

interface MarqueeOptions {
  readonly area: RefObject<HTMLElement | null>;
  /** Whether dragging selects; otherwise it moves the map, except with Shift. */
  readonly isOn: boolean;
  /** `adds`: to what is selected. Bounds are relative to the map's frame. */
  readonly onSelect: (part: Bounds, adds: boolean) => void;
}

interface Drag {
  readonly pointer: number;
  readonly from: Point;
  readonly adds: boolean;
  readonly frame: Element;
}

/** A movement shorter than this is a click, as for the map's own gestures. */
const DRAG_STARTS_AT_PX = 7;

/** Select with a rectangle that is dragged over the map. Returns it while it is drawn. */
export function useMarquee({ area, isOn, onSelect }: MarqueeOptions): Bounds | null {
  const [shown, setShown] = useState<Bounds | null>(null);
  const latest = useRef({ isOn, onSelect });
  useEffect(() => {
    latest.current = { isOn, onSelect };
  });

  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    let drag: Drag | null = null;
    let part: Bounds | null = null;
    let ignoresClick = false;
    const watching = new AbortController();
    const early = { signal: watching.signal, capture: true };

    function stop() {
      drag = part = null;
      setShown(null);
    }

    element.addEventListener(
      'pointerdown',
      (press) => {
        ignoresClick = false;
        const { isOn: isSelecting } = latest.current;
        const { target, pointerId: pointer, pointerType, shiftKey, button } = press;
        // A second finger zooms.
        if (drag !== null || button !== 0 || !(isSelecting || shiftKey)) {
          stop();
          return;
        }
        const frame = target instanceof Element ? target.closest('.map__frame') : null;
        if (frame === null) return;
        const adds = shiftKey || pointerType !== 'mouse';
        drag = { pointer, from: pointIn(frame, press), adds, frame };
      },
      early,
    );
    window.addEventListener(
      'pointermove',
      (move) => {
        if (move.pointerId !== drag?.pointer) return;
        const to = pointIn(drag.frame, move);
        if (part === null && distance(drag.from, to) < DRAG_STARTS_AT_PX) return;
        // The map must not move.
        move.stopPropagation();
        part = boundsOf([drag.from, to], 0);
        setShown(part);
      },
      early,
    );
    window.addEventListener(
      'pointerup',
      () => {
        if (drag !== null && part !== null) {
          ignoresClick = true;
          latest.current.onSelect(part, drag.adds);
        }
        stop();
      },
      early,
    );
    window.addEventListener('pointercancel', stop, early);
    element.addEventListener(
      'click',
      (click) => {
        if (!ignoresClick) return;
        ignoresClick = false;
        click.stopPropagation();
      },
      early,
    );
    return () => {
      watching.abort();
    };
  }, [area]);

  return shown;
}

function pointIn(frame: Element, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = frame.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
