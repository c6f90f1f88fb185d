import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useMemo,
  useRef,
  useState,
} from 'react';

import { Legend } from '@/features/seats/map/Legend';
import { PlanShapes } from '@/features/seats/map/PlanShapes';
import { planExtent } from '@/features/seats/map/planExtent';
import { SeatLayer } from '@/features/seats/map/SeatLayer';
import { SeatTooltip } from '@/features/seats/map/SeatTooltip';
import { useViewport } from '@/features/seats/map/useViewport';
import { ZoomButtons } from '@/features/seats/map/ZoomButtons';
import { nearestSeat, seatIndexOf } from '@/features/seats/map/picking';
import type { EventDetail } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import { type Direction, neighbour } from '@/lib/seatmap/neighbour';
import type { MapSeat, SeatFacts } from '@/lib/seatmap/seats';
import { toPlan, toScreen } from '@/lib/seatmap/viewport';

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

/** A finger cannot hit seats drawn smaller than this: a tap makes them larger instead. */
const TAPPABLE_RADIUS_PX = 8;
const TAPPED_RADIUS_PX = 17;
const FINGER_PX = 22;
/** From here on numbers fit into the seats. */
const READABLE_RADIUS_PX = 10;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function SeatMap({ event, facts, seats, clock, isOnSale, onPick, children }: SeatMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const { plan } = event;
  const extent = useMemo(() => planExtent(plan, facts), [plan, facts]);
  const { viewport, isFitted, mover, wasDragged } = useViewport(frame, extent);
  const [tabStop, setTabStop] = useState(0);
  const [pointedAt, setPointedAt] = useState<number | null>(null);
  const lastPointer = useRef('mouse');
  const seatRadiusPx = plan.seat_radius * (viewport?.scale ?? 0);
  const pointed = pointedAt === null ? undefined : seats[pointedAt];

  function pickByPointer(click: MouseEvent) {
    if (wasDragged()) return;
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || viewport === null) return;
    const point = { x: click.clientX - box.left, y: click.clientY - box.top };
    const isFinger = lastPointer.current === 'touch';
    if (isFinger && seatRadiusPx < TAPPABLE_RADIUS_PX) {
      mover.glideToSeats(TAPPED_RADIUS_PX, point);
      return;
    }
    const index =
      seatIndexOf(click.target) ??
      (isFinger ? nearestSeat(facts, toPlan(viewport, point), FINGER_PX / viewport.scale) : null);
    pick(index);
  }

  function pick(index: number | null) {
    const seat = index === null ? undefined : seats[index];
    if (seat !== undefined) onPick(seat);
  }

  function handleKey(press: KeyboardEvent) {
    const index = seatIndexOf(press.target);
    const from = index === null ? undefined : facts[index];
    if (from === undefined) return;
    const direction = ARROWS[press.key];
    if (direction !== undefined) {
      press.preventDefault();
      const next = neighbour(facts, from, direction);
      if (next !== null) focusSeat(next.index);
    } else if (press.key === 'Enter' || press.key === ' ') {
      press.preventDefault();
      if (!press.repeat) pick(from.index);
    }
  }

  function focusSeat(index: number) {
    svg.current
      ?.querySelector<SVGGElement>(`[data-seat="${index}"]`)
      ?.focus({ preventScroll: true });
  }

  function noteFocus(target: EventTarget) {
    const index = seatIndexOf(target);
    const seat = index === null ? undefined : facts[index];
    if (seat === undefined) return;
    setTabStop(seat.index);
    if (target instanceof Element && target.matches(':focus-visible')) {
      setPointedAt(seat.index);
      mover.reveal(seat);
    }
  }

  function notePointer(pointer: PointerEvent) {
    if (pointer.pointerType === 'mouse') setPointedAt(seatIndexOf(pointer.target));
  }

  return (
    <div className="map">
      <div className="map__view">
        <div className="map__frame" ref={frame}>
          <svg
            ref={svg}
            className="map__canvas"
            role="group"
            aria-label="Seat map. Use the arrow keys to move between seats."
            data-readable={seatRadiusPx >= READABLE_RADIUS_PX || undefined}
            onClick={pickByPointer}
            onKeyDown={handleKey}
            onFocus={({ target }) => {
              noteFocus(target);
            }}
            onBlur={() => {
              setPointedAt(null);
            }}
            onPointerDown={({ pointerType }) => {
              lastPointer.current = pointerType;
            }}
            onPointerOver={notePointer}
            onPointerLeave={() => {
              setPointedAt(null);
            }}
          >
            {viewport !== null && (
              <g transform={`translate(${viewport.left} ${viewport.top}) scale(${viewport.scale})`}>
                <PlanShapes shapes={plan.shapes} />
                <SeatLayer
                  seats={seats}
                  radius={plan.seat_radius}
                  categories={event.categories}
                  currency={event.currency}
                  clock={clock}
                  tabStop={tabStop}
                  isOnSale={isOnSale}
                />
              </g>
            )}
          </svg>
        </div>
        {children}
      </div>
      {pointed !== undefined && viewport !== null && (
        <SeatTooltip
          seat={pointed}
          event={event}
          clock={clock}
          at={toScreen(viewport, pointed.facts)}
          seatRadiusPx={seatRadiusPx}
        />
      )}
      <ZoomButtons mover={mover} isFitted={isFitted} />
      <Legend event={event} seats={seats} />
    </div>
  );
}
