import {
  type CSSProperties,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';

import type { EventDetail } from '@/api/types';
import { type Area, availabilityOf } from '@/canvas/areas';
import type { LabelOf } from '@/canvas/areaPainter';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import { toScreen } from '@/canvas/viewport';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';
import { Legend } from '@/features/seats/map/Legend';
import type { MapControls } from '@/features/seats/map/mapControls';
import { MiniMap } from '@/features/seats/map/MiniMap';
import { SeatButtons } from '@/features/seats/map/SeatButtons';
import { SeatTooltip } from '@/features/seats/map/SeatTooltip';
import { SectionButtons } from '@/features/seats/map/SectionButtons';
import { availabilityText } from '@/features/seats/map/sectionLabels';
import { SectionTooltip } from '@/features/seats/map/SectionTooltip';
import { useMapCanvas } from '@/features/seats/map/useMapCanvas';
import { useMapView } from '@/features/seats/map/useMapView';
import { TAPPABLE_RADIUS_PX, usePointer } from '@/features/seats/map/usePointer';
import { useSeatFocus } from '@/features/seats/map/useSeatFocus';
import { ZoomButtons } from '@/features/seats/map/ZoomButtons';
import { t } from '@/i18n/language';
import { formatShortMoney } from '@/i18n/money';

import './map.css';

interface SeatMapProps {
  /** Moves the viewport from outside. */
  readonly ref?: Ref<MapControls>;
  readonly event: EventDetail;
  /** Of the same seats; stable while the layout stays the same. */
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  readonly onPick: (seat: MapSeat) => void;
  /** Rendered above the map. */
  readonly children?: ReactNode;
}

/**
 * No closure in here may use `seats`: closures of one render share their variables, and some live
 * as long as the map, so the first render's seats would never be freed.
 */
export function SeatMap({
  ref,
  event,
  scene,
  seats,
  clock,
  isOnSale,
  onPick,
  children,
}: SeatMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const { currency } = event;
  const { view, settled, wasDragged } = useMapView(frame, scene.extent);

  const focus = useSeatFocus(buttons, view, scene.facts);
  const pointer = usePointer({ frame, view, scene, seats, wasDragged, onPick });
  const labelOf = useCallback<LabelOf>(
    (section, availability) => [
      section.name,
      ...availabilityText(availability, currency, formatShortMoney),
    ],
    [currency],
  );
  const openSection = useCallback(
    ({ bounds }: Area) => {
      view.controls.animateTo(bounds, TAPPABLE_RADIUS_PX);
    },
    [view],
  );
  const mapRef = useMapCanvas({
    canvas,
    view,
    scene,
    seats,
    clock,
    lockMs: 1000 * event.lock_seconds,
    labelOf,
    hovered: pointer.seat,
    focused: focus.focused,
  });

  useLayoutEffect(
    () =>
      view.onMove(({ scale, left, top }) => {
        if (buttons.current === null) return;
        buttons.current.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
      }),
    [view],
  );

  useImperativeHandle(ref, () => view.controls, [view]);

  const isFar = settled !== null && showsAreas(scene, radiusPx(scene, settled.viewport));
  const shownIndex = focus.focused ?? pointer.seat;
  const shown = shownIndex === null ? undefined : seats[shownIndex];
  const viewport = view.viewport ?? settled?.viewport;
  const hoveredAvailability =
    isFar && pointer.area !== null
      ? availabilityOf(scene.areas, seats)[pointer.area.index]
      : undefined;

  return (
    <div className="map">
      <div className="map__view">
        <div
          className="map__frame"
          ref={frame}
          data-pointing={pointer.seat !== null || pointer.area !== null || undefined}
          {...pointer.handlers}
          {...focus.handlers}
        >
          <canvas ref={canvas} className="map__canvas" aria-hidden="true" />
          <div
            ref={buttons}
            className="map__buttons"
            role="group"
            aria-label={t('map:label')}
            style={{ '--map-scale': settled?.viewport.scale } as CSSProperties}
          >
            {isFar && (
              <SectionButtons
                sections={scene.areas}
                seats={seats}
                currency={currency}
                onOpen={openSection}
              />
            )}
            <SeatButtons
              scene={scene}
              seats={seats}
              settled={settled}
              currency={currency}
              tabStop={focus.tabStop}
              isOnSale={isOnSale}
            />
          </div>
        </div>
        {settled?.isFitted === false && (
          <MiniMap mapRef={mapRef} scene={scene} seats={seats} view={view} size={settled.size} />
        )}
        {children}
      </div>
      {viewport !== undefined && shown !== undefined && (
        <SeatTooltip
          seat={shown}
          event={event}
          clock={clock}
          at={toScreen(viewport, shown.facts)}
          seatRadiusPx={radiusPx(scene, viewport)}
        />
      )}
      {viewport !== undefined && pointer.area !== null && hoveredAvailability !== undefined && (
        <SectionTooltip
          section={pointer.area}
          availability={hoveredAvailability}
          currency={currency}
          at={toScreen(viewport, pointer.area.middle)}
        />
      )}
      <ZoomButtons controls={view.controls} isFitted={settled?.isFitted ?? true} />
      <Legend event={event} facts={scene.facts} hasBlocked={useHasBlocked(seats)} />
    </div>
  );
}

function useHasBlocked(seats: readonly MapSeat[]): boolean {
  return useMemo(() => seats.some(isBlocked), [seats]);
}

function isBlocked({ status }: MapSeat): boolean {
  return status === 'blocked';
}
