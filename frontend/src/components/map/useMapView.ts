import {
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';

import type { Scene } from '@/canvas/scene';
import type { Bounds } from '@/domain/geometry';
import { coversOf } from '@/components/map/covers';
import { watchGestures } from '@/components/map/gestures';
import { MapView, type SettledView } from '@/components/map/mapView';

interface MapViewHandle {
  readonly view: MapView;
  readonly settled: SettledView | null;
  /** Whether the last pointer gesture was a drag. */
  readonly wasDragged: () => boolean;
}

/** Between seats and the controls over the map. */
const CONTROL_MARGIN_PX = 6;

/** The view of a map in `frame`, which is in an element with `data-map` like what lies over it. */
export function useMapView(
  frame: RefObject<HTMLElement | null>,
  { extent, grid, plan: { seat_radius: seatRadius } }: Pick<Scene, 'extent' | 'grid' | 'plan'>,
): MapViewHandle {
  const [view] = useState(() => new MapView(extent));
  const settled = useSyncExternalStore(view.subscribe, view.getSettled);
  const dragged = useRef(false);

  useLayoutEffect(() => {
    view.setExtent(extent, ({ x, y, width, height }: Bounds) => {
      const near = { x: x - seatRadius, y: y - seatRadius };
      const size = { width: width + 2 * seatRadius, height: height + 2 * seatRadius };
      return grid.within({ ...near, ...size }).length > 0;
    });
  }, [view, extent, grid, seatRadius]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => {
      view.setSize(
        { width: element.clientWidth, height: element.clientHeight },
        coversOf(element, CONTROL_MARGIN_PX, '.zoom'),
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [frame, view]);

  useEffect(() => {
    view.setCovers(coversOf(frame.current, CONTROL_MARGIN_PX, '.zoom, .minimap'));
  }, [frame, view, settled]);

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
