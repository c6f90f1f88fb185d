import { useEffect, useMemo, useRef } from 'react';

import type { Category, EventDetail } from '@/api/types';
import { sceneOf } from '@/canvas/scene';
import type { Point } from '@/domain/geometry';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { useMapView } from '@/components/map/useMapView';
import { usePreviewCanvas } from '@/components/map/usePreviewCanvas';
import { ZoomButtons } from '@/components/map/ZoomButtons';
import { t } from '@/i18n/language';

interface PlanPreviewMapProps {
  readonly plan: EventDetail['plan'];
  readonly categories: readonly Category[];
  readonly facts: readonly SeatFacts[];
  /** The place to zoom to; a new object zooms again. Null for the whole plan. */
  readonly place: Point | null;
}

/** How large seats are after zooming to a place, in CSS pixels. */
const CLOSE_RADIUS_PX = 14;
/** A seat this many radii from a place is the one there. */
const NEAR_RADII = 2;

/** A plan drawn as buyers see it, with all seats free. */
export function PlanPreviewMap({ plan, categories, facts, place }: PlanPreviewMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useMemo(() => sceneOf(plan, categories, facts), [plan, categories, facts]);
  const seats = useMemo(() => facts.map(freeSeat), [facts]);
  const { view, settled } = useMapView(frame, scene);
  const focused = useMemo(
    () => place && scene.grid.nearest(place, NEAR_RADII * scene.plan.seat_radius),
    [scene, place],
  );
  usePreviewCanvas({ canvas, view, scene, seats, focused });

  useEffect(() => {
    if (place === null) return;
    const reach = 12 * scene.plan.seat_radius;
    const part = { x: place.x - reach, y: place.y - reach, width: 2 * reach, height: 2 * reach };
    view.controls.animateTo(part, CLOSE_RADIUS_PX);
  }, [view, scene, place]);

  return (
    <div className="plan-preview" data-map="">
      <div className="plan-preview__frame" ref={frame}>
        <canvas
          className="plan-preview__canvas"
          ref={canvas}
          role="img"
          aria-label={t('plans:drawingOf', { name: plan.name })}
        />
      </div>
      <ZoomButtons controls={view.controls} isFitted={settled?.isFitted ?? true} />
    </div>
  );
}

function freeSeat(facts: SeatFacts): MapSeat {
  return { facts, status: 'available', until: null, holder: null, pending: false };
}
