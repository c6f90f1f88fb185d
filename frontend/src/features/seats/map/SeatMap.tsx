import {
  type CSSProperties,
  type ReactNode,
  type Ref,
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
import type { SectionChoice } from '@/domain/feed/sectionChoice';
import { boundsOf } from '@/domain/geometry';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { StandingArea } from '@/domain/seatMap/standing';
import type { ServerClock } from '@/domain/serverClock';
import { coversOf } from '@/components/map/covers';
import { Legend } from '@/features/seats/map/Legend';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import { SeatButtons } from '@/features/seats/map/SeatButtons';
import { availabilityText } from '@/features/seats/map/sectionLabels';
import { useMapCanvas } from '@/components/map/useMapCanvas';
import { ZoomButtons } from '@/components/map/ZoomButtons';
import { useMapView } from '@/components/map/useMapView';
import { useCardPlace } from '@/features/seats/map/useCardPlace';
import {
  TAPPABLE_RADIUS_PX,
  usePointedWhenOffered,
  usePointer,
} from '@/features/seats/map/usePointer';
import { useSeatFocus } from '@/features/seats/map/useSeatFocus';
import { useSectionEntry } from '@/features/seats/map/useSectionEntry';
import { usePointedSection, useShownSections } from '@/features/seats/map/useShownSections';
import { useSoldAndBlocked } from '@/features/seats/map/useSoldAndBlocked';
import {
  MiniMap,
  SeatTooltip,
  SectionButtons,
  SectionTooltip,
  StandingButtons,
} from '@/features/seats/lazyComponents';
import { t } from '@/i18n/language';
import { formatShortMoney } from '@/i18n/money';

import './map.css';

/** Free distance between a focused seat and what lies over the map. */
const COVER_MARGIN_PX = 24;
/** Margin around found seats when zooming to them, in seat radii. */
const FOUND_MARGIN = 16;
const NONE: readonly number[] = [];

interface SeatMapProps {
  readonly ref?: Ref<SeatMapHandle>;
  readonly event: EventDetail;
  /** Of the same seats; stable while the layout stays the same. */
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  /** Free seats where their states are unknown; null if all are known. */
  readonly counts?: FreeCounts | null;
  /** Null if the states of all seats are delivered. */
  readonly choice?: SectionChoice | null;
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  /** Indexes of seats offered instead of others; stable while they stay the same. */
  readonly offered: readonly number[];
  /** Indexes of seats that a promo code opens; stable while they stay the same. */
  readonly opened?: readonly number[];
  /** Where seats are selected and not held: the indexes of those that are. */
  readonly selected?: ReadonlySet<number> | null;
  readonly onPick: (seat: MapSeat) => void;
  /** A click hit neither a seat nor what it would zoom to. */
  readonly onMiss?: () => void;
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
  counts = null,
  choice = null,
  clock,
  isOnSale,
  offered,
  opened = NONE,
  selected = null,
  onPick,
  onMiss = () => undefined,
  onStand,
  children,
}: SeatMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const { currency } = event;
  const { bounds } = scene.extent;
  const { view, settled, wasDragged } = useMapView(frame, scene);

  const covers = useCallback(() => coversOf(frame.current, COVER_MARGIN_PX), []);
  const focus = useSeatFocus({ buttons, view, facts: scene.facts, covers });
  const pointer = usePointer({
    frame,
    view,
    scene,
    seats,
    wasDragged,
    onPick,
    onStand,
    onMiss,
  });
  const labelOf = useCallback<LabelOf>(
    (section, availability) => [
      section.name,
      ...availabilityText(availability, currency, formatShortMoney),
    ],
    [currency],
  );
  const [leftSection, setLeftSection] = useState<number | null>(null);
  const forgetLeftSection = useCallback(() => {
    setLeftSection(null);
  }, []);
  const isFar = settled !== null && showsAreas(scene, radiusPx(scene, settled.viewport));
  const [pointedByKey, pointByKey] = useState<Area | null>(null);
  useShownSections(choice, view, scene);
  usePointedSection(choice, scene, isFar ? (pointer.area ?? pointedByKey) : null);
  const openSection = useSectionEntry({ view, scene, seats, counts, currency, covers, focus });
  const mapRef = useMapCanvas({
    canvas,
    view,
    scene,
    seats,
    counts,
    clock,
    lockMs: 1000 * event.lock_seconds,
    labelOf,
    hovered: pointer.seat,
    focused: focus.focused,
    offered,
    opened,
  });
  useCardPlace(frame, view, scene, offered);
  const answered = usePointedWhenOffered(offered, pointer.seat);

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

  const touched = offered.length === 0 ? pointer.touched : null;
  const hovered = pointer.seat === answered ? null : pointer.seat;
  const shownIndex = focused ?? hovered ?? touched;
  const shown = shownIndex === null ? undefined : seats[shownIndex];
  const viewport = view.viewport ?? settled?.viewport;
  const hoveredAvailability =
    isFar && pointer.area !== null
      ? availabilityOf(scene.areas, seats, counts)[pointer.area.index]
      : undefined;

  return (
    <div className="map" data-map="">
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
              <Suspense>
                <SectionButtons
                  sections={scene.areas}
                  seats={seats}
                  counts={counts}
                  currency={currency}
                  focusAtOnce={leftSection}
                  onFocusedAtOnce={forgetLeftSection}
                  onPoint={pointByKey}
                  onOpen={openSection}
                />
              </Suspense>
            )}
            {scene.standing.length > 0 && (
              <Suspense>
                <StandingButtons
                  areas={scene.standing}
                  seats={seats}
                  counts={counts}
                  event={event}
                  middleY={isFar ? bounds.y + bounds.height / 2 : null}
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
          <Suspense>
            <MiniMap
              mapRef={mapRef}
              scene={scene}
              seats={seats}
              counts={counts}
              view={view}
              size={settled.size}
              isShown={!settled.isFitted}
            />
          </Suspense>
        )}
        {children}
      </div>
      {viewport !== undefined && shown !== undefined && (
        <Suspense>
          <SeatTooltip
            seat={shown}
            event={event}
            clock={clock}
            {...{ scene, seats, offered, viewport }}
            onTouch={shownIndex === touched ? pointer.forgetTouch : null}
          />
        </Suspense>
      )}
      {viewport !== undefined && pointer.area !== null && hoveredAvailability !== undefined && (
        <Suspense>
          <SectionTooltip
            section={pointer.area}
            availability={hoveredAvailability}
            currency={currency}
            at={toScreen(viewport, pointer.area.middle)}
          />
        </Suspense>
      )}
      <ZoomButtons controls={view.controls} isFitted={settled?.isFitted ?? true} />
      <Legend event={event} facts={scene.facts} {...useSoldAndBlocked(seats)} />
    </div>
  );
}
