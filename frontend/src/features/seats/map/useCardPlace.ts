import { type RefObject, useLayoutEffect } from 'react';

import { type Scene, radiusPx } from '@/canvas/scene';
import { toScreen } from '@/canvas/viewport';
import type { MapView } from '@/components/map/mapView';

/**
 * Lay the card that offers seats over the edge of the map where it covers fewer of them: the lower
 * one if both are alike. The map itself never moves for it.
 */
export function useCardPlace(
  frame: RefObject<HTMLElement | null>,
  view: MapView,
  scene: Scene,
  /** Indexes of the offered seats; stable while they stay the same. */
  offered: readonly number[],
): void {
  useLayoutEffect(() => {
    const element = frame.current;
    const card = element?.closest('.map')?.querySelector<HTMLElement>('.offer');
    const { viewport } = view;
    if (element === null || card == null || viewport === null) return;
    const { height } = element.getBoundingClientRect();
    card.removeAttribute('data-at-top');
    const coveredPx = element.getBoundingClientRect().bottom - card.getBoundingClientRect().top;
    const radius = radiusPx(scene, viewport);
    const ys = offered.flatMap((index) => {
      const seat = scene.facts[index];
      return seat === undefined ? [] : toScreen(viewport, seat).y;
    });
    const below = ys.filter((y) => y + radius > height - coveredPx && y - radius < height);
    const above = ys.filter((y) => y - radius < coveredPx && y + radius > 0);
    card.toggleAttribute('data-at-top', above.length < below.length);
  }, [frame, view, scene, offered]);
}
