import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { watchGestures } from '@/features/seats/map/gestures';
import { Mover } from '@/features/seats/map/mover';
import { confine, fit, type PlanExtent, type Size, type Viewport } from '@/lib/seatmap/viewport';

export interface ViewportHandle {
  /** Null until the size on screen is known. */
  readonly viewport: Viewport | null;
  readonly isFitted: boolean;
  readonly mover: Mover;
  /** Whether the pointer that was just lifted had moved the map rather than tapped it. */
  readonly wasDragged: () => boolean;
}

/** What part of the plan shows. Until somebody zooms or drags, all of it, at any size of window. */
export function useViewport(
  frame: RefObject<HTMLElement | null>,
  extent: PlanExtent,
): ViewportHandle {
  const [screen, setScreen] = useState<Size | null>(null);
  const [chosen, setChosen] = useState<Viewport | null>(null);
  const [mover] = useState(() => new Mover(setChosen));
  const dragged = useRef(false);
  const viewport = useMemo(() => {
    if (screen === null) return null;
    return chosen === null ? fit(extent.bounds, screen) : confine(chosen, extent, screen);
  }, [screen, chosen, extent]);

  useLayoutEffect(() => {
    mover.drawn(viewport === null || screen === null ? null : { viewport, extent, screen });
  }, [mover, viewport, extent, screen]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => {
      setScreen({ width: element.clientWidth, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [frame]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    return watchGestures(element, {
      began: () => {
        dragged.current = false;
      },
      dragged: (dx, dy) => {
        dragged.current = true;
        mover.dragBy(dx, dy);
      },
      zoomed: (factor, anchor) => {
        mover.zoomBy(factor, anchor);
      },
    });
  }, [frame, mover]);

  return { viewport, isFitted: chosen === null, mover, wasDragged: () => dragged.current };
}
