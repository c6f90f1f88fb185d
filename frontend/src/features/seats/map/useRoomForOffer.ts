import { type RefObject, useLayoutEffect } from 'react';

import { guardOpening } from '@/browser/openingGuard';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import { boundsOf } from '@/domain/geometry';
import type { MapView } from '@/components/map/mapView';

/** Seats stay at least this large when the map makes room. */
const MIN_RADIUS_PX = 4;

/**
 * Keep the offered seats visible beside the card that offers them. If the map has to move for it,
 * it ignores clicks for a moment, since other seats are below the pointer now.
 */
export function useRoomForOffer(
  frame: RefObject<HTMLElement | null>,
  view: MapView,
  scene: Scene,
  /** Stable while the same seats are offered. */
  offered: readonly number[],
): void {
  useLayoutEffect(() => {
    const element = frame.current;
    const { viewport } = view;
    if (element === null || viewport === null || offered.length === 0) return;
    // Zoomed out, there are no seats to show.
    if (showsAreas(scene, radiusPx(scene, viewport))) return;
    const card = element.closest('.map')?.querySelector('.offer');
    const { bottom } = element.getBoundingClientRect();
    const coveredPx = card == null ? 0 : bottom - card.getBoundingClientRect().top;
    const seats = offered.flatMap((index) => scene.facts[index] ?? []);
    const part = boundsOf(seats, scene.plan.seat_radius);
    const hasMoved = view.makeRoom({ part, coveredPx: Math.max(coveredPx, 0) }, MIN_RADIUS_PX);
    const endGuard = hasMoved ? guardOpening(element, { keys: false }) : null;
    return () => {
      endGuard?.();
      view.makeRoom(null, MIN_RADIUS_PX);
    };
  }, [frame, view, scene, offered]);
}
