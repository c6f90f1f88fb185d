import { type RefObject, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';

import { prefersReducedMotion } from '@/browser/motion';
import { pagePause } from '@/browser/pagePause';
import { MapCanvas } from '@/canvas/mapCanvas';
import type { LabelOf } from '@/canvas/areaPainter';
import type { Scene } from '@/canvas/scene';
import { createCanvas } from '@/canvas/surface';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';
import type { MapView } from '@/components/map/mapView';
import { usePalette } from '@/components/map/usePalette';

interface MapCanvasOptions {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly view: MapView;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  /** Of the sections whose seats' states are unknown. */
  readonly counts: FreeCounts | null;
  readonly clock: ServerClock;
  /** How long a hold lasts. */
  readonly lockMs: number;
  readonly labelOf: LabelOf;
  readonly hovered: number | null;
  readonly focused: number | null;
  /** Seats that are offered instead of others. */
  readonly offered: readonly number[];
  /** Seats that a promo code opens; stable while they stay the same. */
  readonly opened: readonly number[];
}

/** Keep a canvas in sync with the seats. Returns a ref to its MapCanvas. */
export function useMapCanvas({
  canvas,
  view,
  scene,
  seats,
  counts,
  clock,
  lockMs,
  labelOf,
  hovered,
  focused,
  offered,
  opened,
}: MapCanvasOptions): RefObject<MapCanvas | null> {
  const mapRef = useRef<MapCanvas>(null);
  const pixelRatio = useSyncExternalStore(watchPixelRatio, () => devicePixelRatio);
  const palette = usePalette();

  useLayoutEffect(() => {
    const screen = canvas.current?.getContext('2d');
    if (!screen) return;
    const map = new MapCanvas({
      screen,
      createSurface: createCanvas,
      clock,
      labelOf,
      nextFrame: (draw) => {
        const frame = requestAnimationFrame(draw);
        return () => {
          cancelAnimationFrame(frame);
        };
      },
      after: (ms, act) => pagePause.timers.after(ms, act),
      nowMs: () => performance.now(),
      prefersReducedMotion: () => document.hidden || prefersReducedMotion(),
    });
    mapRef.current = map;
    const stopWatching = view.onMove((viewport, size) => {
      map.setView(viewport, size);
    });
    return () => {
      stopWatching();
      map.close();
      mapRef.current = null;
    };
  }, [canvas, view, clock, labelOf]);

  useLayoutEffect(() => {
    mapRef.current?.setScene({ scene, palette, pixelRatio, lockMs });
  }, [scene, palette, pixelRatio, lockMs]);

  useSeatsShown(mapRef, scene, seats, counts);

  useEffect(() => {
    mapRef.current?.highlight(hovered, focused);
  }, [hovered, focused]);

  useEffect(() => {
    mapRef.current?.offer(offered);
  }, [offered]);

  useEffect(() => {
    mapRef.current?.markOpened(opened);
  }, [opened]);

  return mapRef;
}

/**
 * Separate function, so that the long-lived closures above do not keep this render's seats in
 * memory.
 */
function useSeatsShown(
  mapRef: RefObject<MapCanvas | null>,
  scene: Scene,
  seats: readonly MapSeat[],
  counts: FreeCounts | null,
): void {
  useLayoutEffect(() => {
    mapRef.current?.setSeats(seats, counts);
  }, [mapRef, scene, seats, counts]);
}

function watchPixelRatio(onChange: () => void): () => void {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  query.addEventListener('change', onChange);
  return () => {
    query.removeEventListener('change', onChange);
  };
}
