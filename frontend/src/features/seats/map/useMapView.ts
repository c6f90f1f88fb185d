import {
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';

import type { PlanExtent } from '@/canvas/viewport';
import { watchGestures } from '@/features/seats/map/gestures';
import { MapView, type RestingView } from '@/features/seats/map/mapView';

interface MapViewHandle {
  readonly view: MapView;
  readonly resting: RestingView | null;
  /** Whether the pointer that was just lifted had moved the map rather than tapped it. */
  readonly wasDragged: () => boolean;
}

export function useMapView(
  frame: RefObject<HTMLElement | null>,
  extent: PlanExtent,
): MapViewHandle {
  const [view] = useState(() => new MapView(extent));
  const resting = useSyncExternalStore(view.subscribe, view.getResting);
  const dragged = useRef(false);

  useLayoutEffect(() => {
    view.setExtent(extent);
  }, [view, extent]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => {
      view.setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [frame, view]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    return watchGestures(element, {
      began: () => {
        dragged.current = false;
      },
      dragged: (dx, dy) => {
        dragged.current = true;
        view.mover.dragBy(dx, dy);
      },
      zoomed: (factor, anchor) => {
        view.mover.zoomBy(factor, anchor);
      },
    });
  }, [frame, view]);

  return { view, resting, wasDragged: () => dragged.current };
}
