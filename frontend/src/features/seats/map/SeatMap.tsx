import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

import { Legend } from '@/features/seats/map/Legend';
import { seatIndexOf } from '@/features/seats/map/picking';
import { SeatButtons } from '@/features/seats/map/SeatButtons';
import { SeatTooltip } from '@/features/seats/map/SeatTooltip';
import { SectionButtons } from '@/features/seats/map/SectionButtons';
import { SectionTooltip } from '@/features/seats/map/SectionTooltip';
import { stockInWords } from '@/features/seats/map/sectionWords';
import { useMapCanvas } from '@/features/seats/map/useMapCanvas';
import { useMapView } from '@/features/seats/map/useMapView';
import { ZoomButtons } from '@/features/seats/map/ZoomButtons';
import type { EventDetail } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import { t } from '@/lib/i18n/language';
import type { MapCanvas } from '@/lib/map/mapCanvas';
import type { LabelOf } from '@/lib/map/planPainter';
import { type Scene, sceneOf, showsSections } from '@/lib/map/scene';
import type { Section } from '@/lib/map/sections';
import { type Direction, neighbour } from '@/lib/seatmap/neighbour';
import type { MapSeat, SeatFacts } from '@/lib/seatmap/seats';
import { type Point, type Size, toPlan, toScreen, type Viewport } from '@/lib/seatmap/viewport';

import './map.css';

interface SeatMapProps {
  readonly event: EventDetail;
  /** The same as in `seats`, and the same list for as long as no seat moves. */
  readonly facts: readonly SeatFacts[];
  readonly seats: readonly MapSeat[];
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  readonly onPick: (seat: MapSeat) => void;
  /** Lies over the map. */
  readonly children?: ReactNode;
}

/** Seats drawn smaller than this cannot be hit: a click makes them larger instead. */
const CLICKABLE_RADIUS_PX = 4;
const TAPPABLE_RADIUS_PX = 8;
const NEARED_RADIUS_PX = 17;
const FINGER_PX = 22;
/** In seat radii: how far from its middle a seat is still meant. */
const MOUSE_REACH = 1.1;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function SeatMap({ event, facts, seats, clock, isOnSale, onPick, children }: SeatMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const mapRef = useRef<MapCanvas>(null);
  const lastPointer = useRef('mouse');
  const isWalking = useRef(false);
  const [tabStop, setTabStop] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [pointedSection, setPointedSection] = useState<Section | null>(null);

  const { plan, categories, currency } = event;
  const scene = useMemo(() => sceneOf(plan, categories, facts), [plan, categories, facts]);
  const moveLayers = useCallback(({ scale, left, top }: Viewport, size: Size) => {
    mapRef.current?.setView({ scale, left, top }, size);
    if (layer.current !== null) {
      layer.current.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    }
  }, []);
  const { view, resting, wasDragged } = useMapView(frame, scene.extent, moveLayers);
  const labelOf = useCallback<LabelOf>(
    (section, stock) => [section.name, ...stockInWords(stock, currency)],
    [currency],
  );
  useMapCanvas({ canvas, mapRef, scene, seats, clock, labelOf, pointed, focused });
  useLayoutEffect(() => {
    const [viewport, size] = [view.viewport, resting?.size];
    if (viewport !== null && size !== undefined) moveLayers(viewport, size);
  }, [view, resting, moveLayers, scene]);

  const isFar = showsSections(scene, radiusPx(scene, resting?.viewport));
  const shownIndex = focused ?? pointed;
  const shown = shownIndex === null ? undefined : seats[shownIndex];

  function clickAt(click: MouseEvent) {
    if (wasDragged()) return;
    // A key, a voice or a screen reader has pressed a button; there is no place that was clicked.
    if (click.detail === 0) {
      pick(seatIndexOf(click.target));
      return;
    }
    const [viewport, point] = [view.viewport, pointOf(click)];
    if (viewport === null || point === null) return;
    const radius = radiusPx(scene, viewport);
    const isFinger = lastPointer.current === 'touch';
    if (showsSections(scene, radius)) {
      const section = sectionAt(scene, toPlan(viewport, point));
      if (section !== null) openSection(section, point);
    } else if (radius < (isFinger ? TAPPABLE_RADIUS_PX : CLICKABLE_RADIUS_PX)) {
      view.mover.glideToSeats(NEARED_RADIUS_PX, point);
    } else {
      const reach = isFinger ? FINGER_PX / viewport.scale : MOUSE_REACH * plan.seat_radius;
      pick(seatIndexOf(click.target) ?? scene.grid.nearest(toPlan(viewport, point), reach));
    }
  }

  function pick(index: number | null) {
    const seat = index === null ? undefined : seats[index];
    if (seat !== undefined) onPick(seat);
  }

  function openSection({ bounds }: Section, anchor?: Point) {
    view.mover.glideTo(bounds, TAPPABLE_RADIUS_PX, anchor);
  }

  function handleKey(press: KeyboardEvent) {
    const index = seatIndexOf(press.target);
    const from = index === null ? undefined : facts[index];
    const direction = ARROWS[press.key];
    if (from === undefined || direction === undefined) return;
    press.preventDefault();
    const next = neighbour(facts, from, direction);
    if (next === null) return;
    setTabStop(next.index);
    isWalking.current = true;
  }

  // The button of a seat that is out of view is there once it is the tab stop.
  useLayoutEffect(() => {
    if (!isWalking.current) return;
    isWalking.current = false;
    layer.current
      ?.querySelector<HTMLElement>(`[data-seat="${tabStop}"]`)
      ?.focus({ preventScroll: true });
  }, [tabStop]);

  function noteFocus(target: Element) {
    const index = seatIndexOf(target);
    const seat = index === null ? undefined : facts[index];
    if (seat === undefined) return;
    setTabStop(seat.index);
    if (!target.matches(':focus-visible')) return;
    setFocused(seat.index);
    view.mover.reveal(seat, TAPPABLE_RADIUS_PX);
  }

  function notePointer(pointer: PointerEvent) {
    if (pointer.pointerType !== 'mouse') return;
    const [viewport, point] = [view.viewport, pointOf(pointer)];
    const isMoving = pointer.buttons !== 0;
    if (viewport === null || point === null || isMoving) {
      pointAt(null, null);
      return;
    }
    const radius = radiusPx(scene, viewport);
    const place = toPlan(viewport, point);
    if (showsSections(scene, radius)) pointAt(null, sectionAt(scene, place));
    else if (radius < CLICKABLE_RADIUS_PX) pointAt(null, null);
    else pointAt(scene.grid.nearest(place, MOUSE_REACH * plan.seat_radius), null);
  }

  function pointAt(seat: number | null, section: Section | null) {
    setPointed(seat);
    setPointedSection(section);
  }

  function pointOf({ clientX, clientY }: MouseEvent): Point | null {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? null : { x: clientX - box.left, y: clientY - box.top };
  }

  return (
    <div className="map">
      <div className="map__view">
        <div
          className="map__frame"
          ref={frame}
          data-pointing={pointed !== null || pointedSection !== null || undefined}
          onClick={clickAt}
          onKeyDown={handleKey}
          onFocus={({ target }) => {
            noteFocus(target);
          }}
          onBlur={() => {
            setFocused(null);
          }}
          onPointerDown={({ pointerType }) => {
            lastPointer.current = pointerType;
          }}
          onPointerMove={notePointer}
          onPointerLeave={() => {
            pointAt(null, null);
          }}
        >
          <canvas ref={canvas} className="map__canvas" aria-hidden="true" />
          <div
            ref={layer}
            className="map__buttons"
            role="group"
            aria-label={t('map:label')}
            style={{ '--map-scale': resting?.viewport.scale } as CSSProperties}
          >
            {isFar && (
              <SectionButtons
                sections={scene.sections}
                seats={seats}
                currency={currency}
                onOpen={openSection}
              />
            )}
            <SeatButtons
              scene={scene}
              seats={seats}
              resting={resting}
              currency={currency}
              tabStop={tabStop}
              isOnSale={isOnSale}
            />
          </div>
        </div>
        {children}
      </div>
      {shown !== undefined && resting !== null && (
        <SeatTooltip
          seat={shown}
          event={event}
          clock={clock}
          at={toScreen(view.viewport ?? resting.viewport, shown.facts)}
          seatRadiusPx={radiusPx(scene, view.viewport ?? resting.viewport)}
        />
      )}
      {isFar && pointedSection !== null && resting !== null && (
        <SectionTooltip
          section={pointedSection}
          seats={seats}
          currency={currency}
          at={toScreen(view.viewport ?? resting.viewport, pointedSection.middle)}
        />
      )}
      <ZoomButtons mover={view.mover} isFitted={resting?.isFitted ?? true} />
      <Legend event={event} seats={seats} />
    </div>
  );
}

function radiusPx({ plan }: Scene, viewport: Viewport | undefined): number {
  return plan.seat_radius * (viewport?.scale ?? 0);
}

function sectionAt({ grid, sections, sectionByIndex }: Scene, point: Point): Section | null {
  const widest = Math.max(...sections.map(({ thickness }) => thickness));
  const seat = grid.nearest(point, widest);
  return seat === null ? null : (sections[sectionByIndex[seat] ?? 0] ?? null);
}
