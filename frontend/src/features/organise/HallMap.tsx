import { type MouseEvent, useMemo, useRef } from 'react';

import type { EventDetail } from '@/api/types';
import { radiusPx, sceneWithoutAreas } from '@/canvas/scene';
import { toPlan } from '@/canvas/viewport';
import { useMapView } from '@/components/map/useMapView';
import { usePreviewCanvas } from '@/components/map/usePreviewCanvas';
import { ZoomButtons } from '@/components/map/ZoomButtons';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';

import './hallMap.css';

interface HallMapProps {
  readonly event: Pick<EventDetail, 'plan' | 'categories'>;
  readonly facts: readonly SeatFacts[];
  readonly seats: readonly MapSeat[];
  /** The index of the chosen seat. */
  readonly focused: number | null;
  readonly label: string;
  readonly onChoose: (seatId: number) => void;
}

/** Smaller seats cannot be aimed at: a click zooms in instead. */
const CLICKABLE_RADIUS_PX = 4;
const NEAR_RADIUS_PX = 14;
/** A click this many radii from a seat's centre means it. */
const REACH_RADII = 1.6;

/** The house with its seats, not on sale here. A click chooses a seat, or zooms in to it. */
export function HallMap({
  event: { plan, categories },
  facts,
  seats,
  focused,
  label,
  onChoose,
}: HallMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useMemo(
    () => sceneWithoutAreas(plan, categories, facts),
    [plan, categories, facts],
  );
  const { view, settled, wasDragged } = useMapView(frame, scene);
  usePreviewCanvas({ canvas, view, scene, seats, focused });

  function choose({ clientX, clientY, currentTarget }: MouseEvent) {
    const { viewport } = view;
    if (viewport === null || wasDragged()) return;
    const box = currentTarget.getBoundingClientRect();
    const point = { x: clientX - box.left, y: clientY - box.top };
    if (radiusPx(scene, viewport) < CLICKABLE_RADIUS_PX) {
      view.controls.animateZoomToSeats(NEAR_RADIUS_PX, point);
      return;
    }
    const index = scene.grid.nearest(toPlan(viewport, point), REACH_RADII * plan.seat_radius);
    const seat = index === null ? undefined : facts[index];
    if (seat !== undefined) onChoose(seat.id);
  }

  return (
    <div className="hall-map" data-map="">
      {/* The field below chooses a seat by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div className="hall-map__frame" ref={frame} onClick={choose}>
        <canvas className="hall-map__canvas" ref={canvas} role="img" aria-label={label} />
      </div>
      <ZoomButtons controls={view.controls} isFitted={settled?.isFitted ?? true} />
    </div>
  );
}
