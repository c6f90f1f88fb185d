import {
  type CSSProperties,
  type ReactNode,
  type Ref,
  type RefObject,
  Suspense,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import type { EventDetail } from '@/api/types';
import { type Area, availabilityOf } from '@/canvas/areas';
import type { LabelOf } from '@/canvas/areaPainter';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import { toPlan, toScreen } from '@/canvas/viewport';
import { useAnnounce } from '@/components/announce';
import { type Bounds, boundsOf } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { StandingArea } from '@/domain/seatMap/standing';
import type { ServerClock } from '@/domain/serverClock';
import { Legend } from '@/features/seats/map/Legend';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import { MiniMap } from '@/features/seats/map/MiniMap';
import { SeatButtons } from '@/features/seats/map/SeatButtons';
import { SeatTooltip } from '@/features/seats/map/SeatTooltip';
import { SectionButtons } from '@/features/seats/map/SectionButtons';
import { availabilityText, sectionLabel } from '@/features/seats/map/sectionLabels';
import { SectionTooltip } from '@/features/seats/map/SectionTooltip';
import { useMapCanvas } from '@/components/map/useMapCanvas';
import { ZoomButtons } from '@/components/map/ZoomButtons';
import { useMapView } from '@/components/map/useMapView';
import { useRoomForOffer } from '@/features/seats/map/useRoomForOffer';
import { TAPPABLE_RADIUS_PX, usePointer } from '@/features/seats/map/usePointer';
import { useSeatFocus } from '@/features/seats/map/useSeatFocus';
import { useSoldAndBlocked } from '@/features/seats/map/useSoldAndBlocked';
import { StandingButtons } from '@/features/seats/lazyComponents';
import { t } from '@/i18n/language';
import { formatShortMoney } from '@/i18n/money';

import './map.css';

/** Free distance between a focused seat and what lies over the map. */
const COVER_MARGIN_PX = 24;
/** Margin around found seats when zooming to them, in seat radii. */
const FOUND_MARGIN = 16;

interface SeatMapProps {
  readonly ref?: Ref<SeatMapHandle>;
  readonly event: EventDetail;
  /** Of the same seats; stable while the layout stays the same. */
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  /** Indexes of seats offered instead of others; stable while they stay the same. */
  readonly offered: readonly number[];
  /** Where seats are selected and not held: the indexes of those that are. */
  readonly selected?: ReadonlySet<number> | null;
  readonly onPick: (seat: MapSeat) => void;
  readonly onStand: (area: StandingArea) => void;
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
  offered,
  selected = null,
  onPick,
  onStand,
  children,
}: SeatMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const { currency } = event;
  const { view, settled, wasDragged } = useMapView(frame, scene.extent);

  const covers = useCallback(() => coversOf(frame.current), []);
  const focus = useSeatFocus({ buttons, view, facts: scene.facts, covers });
  const pointer = usePointer({ frame, view, scene, seats, wasDragged, onPick });
  const labelOf = useCallback<LabelOf>(
    (section, availability) => [
      section.name,
      ...availabilityText(availability, currency, formatShortMoney),
    ],
    [currency],
  );
  const announce = useAnnounce();
  const seatsRef = useLatest(seats);
  const [leftSection, setLeftSection] = useState<number | null>(null);
  const forgetLeftSection = useCallback(() => {
    setLeftSection(null);
  }, []);
  const { focusSeat } = focus;
  const openSection = useCallback(
    (section: Area) => {
      const first = firstFree(section, seatsRef.current);
      const seat = scene.facts[first];
      if (seat === undefined) return;
      const { bounds, index } = section;
      view.controls.animateToSeat(bounds, seat, TAPPABLE_RADIUS_PX, covers());
      const [availability] = availabilityOf(scene.areas, seatsRef.current).slice(index);
      if (availability !== undefined)
        announce(sectionLabel(section, availability, currency), 'quiet');
      focusSeat(first);
    },
    [view, scene, seatsRef, covers, announce, currency, focusSeat],
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
    offered,
  });
  useRoomForOffer(frame, view, scene, offered);

  useLayoutEffect(
    () =>
      view.onMove(({ scale, left, top }) => {
        if (buttons.current === null) return;
        buttons.current.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
      }),
    [view],
  );

  const { focused } = focus;
  useImperativeHandle(
    ref,
    () => ({
      controls: view.controls,
      showSeats: (found) => {
        const margin = FOUND_MARGIN * scene.plan.seat_radius;
        view.controls.animateTo(boundsOf(found, margin), TAPPABLE_RADIUS_PX);
      },
      indexesIn: ({ x, y, width, height }) => {
        const { viewport } = view;
        if (viewport === null) return [];
        const { scale } = viewport;
        const corner = toPlan(viewport, { x, y });
        return scene.grid.within({ ...corner, width: width / scale, height: height / scale });
      },
      leaveSection: () => {
        if (focused === null || scene.areas.length === 0) return false;
        setLeftSection(scene.areaByIndex[focused] ?? null);
        view.controls.showAll();
        return true;
      },
    }),
    [view, scene, focused],
  );

  const isFar = settled !== null && showsAreas(scene, radiusPx(scene, settled.viewport));
  const touched = offered.length === 0 ? pointer.touched : null;
  const shownIndex = focused ?? pointer.seat ?? touched;
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
                focusAtOnce={leftSection}
                onFocusedAtOnce={forgetLeftSection}
                onOpen={openSection}
              />
            )}
            {scene.standing.length > 0 && (
              <Suspense>
                <StandingButtons
                  areas={scene.standing}
                  seats={seats}
                  event={event}
                  onStand={onStand}
                />
              </Suspense>
            )}
            <SeatButtons
              scene={scene}
              seats={seats}
              settled={settled}
              currency={currency}
              tabStop={focus.tabStop}
              isReachable={!isFar}
              isOnSale={isOnSale}
              selected={selected}
            />
          </div>
        </div>
        {settled !== null && (
          <MiniMap
            mapRef={mapRef}
            scene={scene}
            seats={seats}
            view={view}
            size={settled.size}
            isShown={!settled.isFitted}
          />
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
          onTouch={shownIndex === touched ? pointer.forgetTouch : null}
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
      <Legend event={event} facts={scene.facts} {...useSoldAndBlocked(seats)} />
    </div>
  );
}

/** Bounds of what lies over the map, relative to it. */
function coversOf(frame: HTMLElement | null): Bounds[] {
  if (frame === null) return [];
  const { left, top } = frame.getBoundingClientRect();
  const covers = frame.closest('.map')?.querySelectorAll('[data-over-map]') ?? [];
  return [...covers].map((cover) => {
    const box = cover.getBoundingClientRect();
    return {
      x: box.left - left - COVER_MARGIN_PX,
      y: box.top - top - COVER_MARGIN_PX,
      width: box.width + 2 * COVER_MARGIN_PX,
      height: box.height + 2 * COVER_MARGIN_PX,
    };
  });
}

/** The index of a section's first free seat, or of its first seat. */
function firstFree({ seatIndexes }: Area, seats: readonly MapSeat[]): number {
  const free = seatIndexes.find((index) => seats[index]?.status === 'available');
  return free ?? seatIndexes[0] ?? 0;
}

/** For long-lived functions, which must not keep the seats of an earlier render in memory. */
function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  }, [value]);
  return latest;
}
