import { type MouseEvent, type PointerEvent, type RefObject, useRef, useState } from 'react';

import type { Area } from '@/canvas/areas';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import { toPlan } from '@/canvas/viewport';
import type { Point } from '@/domain/geometry';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { MapView } from '@/features/seats/map/mapView';
import { seatIndexOf } from '@/features/seats/map/picking';

/** Seats with a smaller radius cannot be clicked; a click zooms in instead. */
const CLICKABLE_RADIUS_PX = 4;
export const TAPPABLE_RADIUS_PX = 8;
const NEARED_RADIUS_PX = 17;
const FINGER_PX = 22;
/** Hit radius for a mouse, in seat radii. */
const MOUSE_REACH = 1.1;

interface PointerOptions {
  readonly frame: RefObject<HTMLElement | null>;
  readonly view: MapView;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly wasDragged: () => boolean;
  readonly onPick: (seat: MapSeat) => void;
}

/** Hover and clicks: a click zooms in while seats are too small, else picks a seat. */
export function usePointer({ frame, view, scene, seats, wasDragged, onPick }: PointerOptions) {
  const lastPointer = useRef('mouse');
  const [seat, setSeat] = useState<number | null>(null);
  const [area, setArea] = useState<Area | null>(null);

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
    const radius = radiusPx(scene, viewport);
    const isFinger = lastPointer.current === 'touch';
    if (showsAreas(scene, radius)) {
      const clicked = areaAt(scene, toPlan(viewport, point));
      if (clicked !== null) view.controls.animateTo(clicked.bounds, TAPPABLE_RADIUS_PX, point);
    } else if (radius < (isFinger ? TAPPABLE_RADIUS_PX : CLICKABLE_RADIUS_PX)) {
      view.controls.animateZoomToSeats(NEARED_RADIUS_PX, point);
    } else {
      const reach = isFinger ? FINGER_PX / viewport.scale : MOUSE_REACH * scene.plan.seat_radius;
      const index = pressed ?? scene.grid.nearest(toPlan(viewport, point), reach);
      if (index !== null) pick(index);
    }
  }

  function pick(index: number) {
    const seat = seats[index];
    if (seat !== undefined) onPick(seat);
  }

  function onPointerMove(pointer: PointerEvent) {
    if (pointer.pointerType !== 'mouse') return;
    const [viewport, point] = [view.viewport, pointOf(pointer)];
    const isMoving = pointer.buttons !== 0;
    if (viewport === null || point === null || isMoving) {
      pointAt(null, null);
      return;
    }
    const radius = radiusPx(scene, viewport);
    const place = toPlan(viewport, point);
    if (showsAreas(scene, radius)) pointAt(null, areaAt(scene, place));
    else if (radius < CLICKABLE_RADIUS_PX) pointAt(null, null);
    else pointAt(scene.grid.nearest(place, MOUSE_REACH * scene.plan.seat_radius), null);
  }

  function pointAt(pointedSeat: number | null, pointedArea: Area | null) {
    setSeat(pointedSeat);
    setArea(pointedArea);
  }

  function pointOf({ clientX, clientY }: MouseEvent): Point | null {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? null : { x: clientX - box.left, y: clientY - box.top };
  }

  return {
    seat,
    area,
    handlers: {
      onClick,
      onPointerMove,
      onPointerDown: ({ pointerType }: PointerEvent) => {
        lastPointer.current = pointerType;
      },
      onPointerLeave: () => {
        pointAt(null, null);
      },
    },
  };
}

function areaAt({ grid, areas, areaByIndex }: Scene, point: Point): Area | null {
  const widest = Math.max(...areas.map(({ thickness }) => thickness));
  const seat = grid.nearest(point, widest);
  return seat === null ? null : (areas[areaByIndex[seat] ?? 0] ?? null);
}
