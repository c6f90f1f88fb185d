import {
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';

import type { PlanExtent } from '@/canvas/viewport';
import { watchGestures } from '@/components/map/gestures';
import { MapView, type SettledView } from '@/components/map/mapView';

interface MapViewHandle {
  readonly view: MapView;
  readonly settled: SettledView | null;
  /** Whether the last pointer gesture was a drag. */
  readonly wasDragged: () => boolean;
}

export function useMapView(
  frame: RefObject<HTMLElement | null>,
  extent: PlanExtent,
): MapViewHandle {
  const [view] = useState(() => new MapView(extent));
  const settled = useSyncExternalStore(view.subscribe, view.getSettled);
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
        view.controls.dragBy(dx, dy);
      },
      zoomed: (factor, anchor) => {
        view.controls.zoomBy(factor, anchor);
      },
    });
  }, [frame, view]);

  return { view, settled, wasDragged: () => dragged.current };
}
