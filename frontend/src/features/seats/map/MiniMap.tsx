import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

import type { MapCanvas } from '@/canvas/mapCanvas';
import type { Scene } from '@/canvas/scene';
import { fit, toPlan, toScreen } from '@/canvas/viewport';
import type { Size } from '@/domain/geometry';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { MapView } from '@/components/map/mapView';
import { usePalette } from '@/components/map/usePalette';

interface MiniMapProps {
  readonly mapRef: RefObject<MapCanvas | null>;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  readonly view: MapView;
  /** Of the map. */
  readonly size: Size;
  /** If not, it keeps its place, so that nothing is revealed there. */
  readonly isShown: boolean;
}

const LARGEST: Size = { width: 168, height: 132 };
const LARGEST_SHARE = 0.28;
const REDRAWN_EVERY_MS = 1_000;
/** On narrower maps it would cover seats that no finger then reaches. */
const LASTING_WIDTH_PX = 560;
/** How long it stays on a narrow map after a move. */
const SHOWN_MS = 1_200;

/**
 * Overview of the hall that shows and moves the viewport, for pointers. On a narrow map it shows only
 * while the map moves, and taps go to the seats below it.
 */
export function MiniMap({ mapRef, scene, seats, counts, view, size, isShown }: MiniMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const drawnAt = useRef(-Infinity);
  const palette = usePalette();
  const { bounds } = scene.extent;
  const scale = Math.min(
    Math.min(LARGEST.width, LARGEST_SHARE * size.width) / bounds.width,
    Math.min(LARGEST.height, LARGEST_SHARE * size.height) / bounds.height,
  );
  const [width, height] = [bounds.width * scale, bounds.height * scale];
  const isBrief = size.width < LASTING_WIDTH_PX;

  useEffect(() => {
    if (!isShown) return;
    const waitMs = Math.max(drawnAt.current + REDRAWN_EVERY_MS - performance.now(), 0);
    const timer = setTimeout(() => {
      const context = canvas.current?.getContext('2d');
      if (!context) return;
      drawnAt.current = performance.now();
      mapRef.current?.paintOverview(context, { width, height });
    }, waitMs);
    return () => {
      clearTimeout(timer);
    };
  }, [mapRef, scene, seats, counts, palette, width, height, isShown]);

  useLayoutEffect(
    () =>
      view.onMove((viewport, mapSize) => {
        if (frame.current === null) return;
        const small = fit(bounds, { width, height });
        const start = toScreen(small, toPlan(viewport, { x: 0, y: 0 }));
        const end = toScreen(small, toPlan(viewport, { x: mapSize.width, y: mapSize.height }));
        const [left, top] = [Math.max(start.x, 0), Math.max(start.y, 0)];
        Object.assign(frame.current.style, {
          left: `${left}px`,
          top: `${top}px`,
          width: `${Math.min(end.x, width) - left}px`,
          height: `${Math.min(end.y, height) - top}px`,
        });
      }),
    [view, bounds, width, height],
  );

  useEffect(() => {
    if (!isBrief) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = view.onMove(() => {
      box.current?.setAttribute('data-moving', '');
      clearTimeout(timer);
      timer = setTimeout(() => box.current?.removeAttribute('data-moving'), SHOWN_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [view, isBrief]);

  function goTo(pointer: PointerEvent<HTMLElement>) {
    if (pointer.buttons !== 1) return;
    const box = pointer.currentTarget.getBoundingClientRect();
    const point = { x: pointer.clientX - box.left, y: pointer.clientY - box.top };
    view.controls.centerOn(toPlan(fit(bounds, { width, height }), point));
  }

  return (
    <div
      ref={box}
      className="minimap"
      aria-hidden="true"
      data-over-map=""
      data-brief={isBrief || undefined}
      style={{ width, height, visibility: isShown ? 'visible' : 'hidden' }}
      onPointerDown={(pointer) => {
        pointer.currentTarget.setPointerCapture(pointer.pointerId);
        goTo(pointer);
      }}
      onPointerMove={goTo}
    >
      {isShown && <canvas ref={canvas} className="minimap__canvas" />}
      <div ref={frame} className="minimap__view" />
    </div>
  );
}
