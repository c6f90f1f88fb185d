import {
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';

import type { Area } from '@/canvas/areas';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import { toPlan, type Viewport } from '@/canvas/viewport';
import { distance, type Point } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';
import { pitchOf } from '@/domain/seatMap/sections';
import type { StandingArea } from '@/domain/seatMap/standing';
import type { MapView } from '@/components/map/mapView';
import { seatIndexOf } from '@/features/seats/map/picking';
import { seatMeant } from '@/features/seats/map/snapping';
import { standingAt } from '@/features/seats/map/standingAt';

/** Seats with a smaller radius cannot be clicked; a click zooms in instead. */
const CLICKABLE_RADIUS_PX = 4;
export const TAPPABLE_RADIUS_PX = 8;
const NEARED_RADIUS_PX = 17;
/** Seats closer together cannot be tapped (WCAG 2.5.8); a tap zooms in instead. */
const MIN_TAP_SPACING_PX = 24;
/** Distance between neighbours after a tap zoomed in; from 28 px on they are numbered. */
const TAP_SPACING_PX = 34;
/** The usual distance between neighbours in seat radii, for plans with one seat in each row. */
const USUAL_PITCH = 2.6;
/** A second click this soon and this near belongs to a double click. */
const DOUBLE_CLICK_MS = 500;
const DOUBLE_CLICK_PX = 24;
/** How long the tooltip of a tapped seat stays: it covers other seats. */
const TOUCHED_MS = 3_000;

interface PointerOptions {
  readonly frame: RefObject<HTMLElement | null>;
  readonly view: MapView;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly wasDragged: () => boolean;
  readonly onPick: (seat: MapSeat) => void;
  readonly onStand: (area: StandingArea) => void;
  /** A click hit neither a seat nor what it would zoom to. */
  readonly onMiss: () => void;
}

interface Click {
  readonly atMs: number;
  readonly point: Point;
  readonly isZoom: boolean;
}

/** Hover and clicks: a click zooms in while seats are too small, else picks a seat. */
export function usePointer({
  frame,
  view,
  scene,
  seats,
  wasDragged,
  onPick,
  onStand,
  onMiss,
}: PointerOptions) {
  const lastPointer = useRef('mouse');
  const lastClick = useRef<Click | null>(null);
  const mouseAt = useRef<Point | null>(null);
  const [seat, setSeat] = useState<number | null>(null);
  const [area, setArea] = useState<Area | null>(null);
  const [touched, setTouched] = useState<number | null>(null);

  // A seat that was taken meanwhile is not the one that a click would take now.
  useEffect(() => {
    if (mouseAt.current !== null) pointAt(mouseAt.current);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when a seat has changed
  }, [seats]);

  // Until something else gets the focus: a tap may open a dialog.
  useEffect(() => {
    if (touched === null) return undefined;
    const forget = () => {
      setTouched(null);
    };
    const forgetElsewhere = ({ target }: FocusEvent) => {
      if (!(target instanceof Node && frame.current?.contains(target))) forget();
    };
    const timer = setTimeout(forget, TOUCHED_MS);
    document.addEventListener('focusin', forgetElsewhere);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('focusin', forgetElsewhere);
    };
  }, [frame, touched]);

  function onClick(click: MouseEvent) {
    const pressed = seatIndexOf(click.target);
    // Keyboard, voice control or a screen reader clicked a button; there are no coordinates.
    if (click.detail === 0) {
      if (pressed !== null) pick(pressed);
      return;
    }
    if (wasDragged()) return;
    const [viewport, point] = [view.viewport, pointOf(click)];
    if (viewport === null || point === null) return;
    const standing = pressed === null ? standingAt(scene, toPlan(viewport, point)) : null;
    if (standing !== null) {
      onStand(standing);
      return;
    }
    const isFinger = lastPointer.current === 'touch';
    const before = lastClick.current;
    const isRepeated = before !== null && isDouble(before, click, point, isFinger);
    const isZoom = isRepeated ? before.isZoom : zoomsIn(viewport, point, isFinger);
    lastClick.current = { atMs: click.timeStamp, point, isZoom };
    if (isRepeated || isZoom) return;
    const place = toPlan(viewport, point);
    const index = pressed ?? seatMeant(scene, seats, place, viewport, isFinger);
    if (index === null) {
      onMiss();
      return;
    }
    if (isFinger) setTouched(index);
    pick(index);
  }

  /** Zoom in if seats are too small to be picked here. Returns whether they are. */
  function zoomsIn(viewport: Viewport, point: Point, isFinger: boolean): boolean {
    const radius = radiusPx(scene, viewport);
    const place = toPlan(viewport, point);
    const tapRadius = (TAP_SPACING_PX / pitchAt(scene, place)) * scene.plan.seat_radius;
    if (showsAreas(scene, radius)) {
      const clicked = areaAt(scene, place);
      if (clicked !== null) {
        view.controls.animateTo(clicked.bounds, isFinger ? tapRadius : TAPPABLE_RADIUS_PX, point);
      } else {
        onMiss();
      }
      return true;
    }
    const isSmall = isFinger
      ? radius < (MIN_TAP_SPACING_PX / TAP_SPACING_PX) * tapRadius
      : radius < CLICKABLE_RADIUS_PX;
    if (isSmall) view.controls.animateZoomToSeats(isFinger ? tapRadius : NEARED_RADIUS_PX, point);
    return isSmall;
  }

  function pick(index: number) {
    const seat = seats[index];
    if (seat !== undefined) onPick(seat);
  }

  function onPointerMove(pointer: PointerEvent) {
    if (pointer.pointerType !== 'mouse') return;
    mouseAt.current = pointer.buttons === 0 ? pointOf(pointer) : null;
    pointAt(mouseAt.current);
  }

  function pointAt(point: Point | null) {
    const { viewport } = view;
    const isNowhere = viewport === null || point === null;
    const place = isNowhere ? null : toPlan(viewport, point);
    const radius = viewport === null ? 0 : radiusPx(scene, viewport);
    const isFar = showsAreas(scene, radius);
    const isSmall = radius < CLICKABLE_RADIUS_PX;
    setArea(place !== null && isFar ? areaAt(scene, place) : null);
    setSeat(
      isNowhere || place === null || isFar || isSmall
        ? null
        : seatMeant(scene, seats, place, viewport, false),
    );
  }

  function pointOf({ clientX, clientY }: MouseEvent): Point | null {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? null : { x: clientX - box.left, y: clientY - box.top };
  }

  return {
    seat,
    area,
    /** The seat that a tap has just picked. */
    touched,
    forgetTouch: () => {
      setTouched(null);
    },
    handlers: {
      onClick,
      onPointerMove,
      onPointerDown: ({ pointerType }: PointerEvent) => {
        lastPointer.current = pointerType;
        setTouched(null);
      },
      onPointerLeave: () => {
        mouseAt.current = null;
        pointAt(null);
      },
    },
  };
}

/**
 * Whether a click is the second half of a double click or tap, which must not take what the first
 * half has brought below it. Two clicks of a mouse on a seat hold it and release it.
 */
function isDouble(
  before: Click,
  { timeStamp }: Pick<MouseEvent, 'timeStamp'>,
  point: Point,
  isFinger: boolean,
): boolean {
  const isNear = distance(before.point, point) < DOUBLE_CLICK_PX;
  return isNear && timeStamp - before.atMs < DOUBLE_CLICK_MS && (isFinger || before.isZoom);
}

/** The distance between neighbours around a plan point. */
function pitchAt(scene: Scene, point: Point): number {
  const { sections, plan } = scene;
  const section = sections[areaAt(scene, point)?.index ?? 0];
  const pitch = section === undefined ? Infinity : pitchOf(section);
  return pitch < Infinity ? pitch : USUAL_PITCH * plan.seat_radius;
}

function areaAt({ grid, areas, areaByIndex }: Scene, point: Point): Area | null {
  if (areas.length === 0) return null;
  const widest = Math.max(...areas.map(({ thickness }) => thickness));
  const seat = grid.nearest(point, widest);
  return seat === null ? null : (areas[areaByIndex[seat] ?? 0] ?? null);
}

/**
 * The seat that the pointer was on when others were offered instead: the card tells its state, and
 * its tooltip would cover them.
 */
export function usePointedWhenOffered(
  offered: readonly number[],
  pointed: number | null,
): number | null {
  const [last, setLast] = useState({ offered, seat: null as number | null });
  const seat = offered.length > 0 ? pointed : null;
  if (last.offered !== offered) setLast({ offered, seat });
  return last.offered === offered ? last.seat : seat;
}
