import { memo, useMemo } from 'react';

import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { SettledView } from '@/components/map/mapView';
import { seatLabel } from '@/features/seats/seatLabels';

interface SeatButtonsProps {
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly settled: SettledView | null;
  readonly currency: string;
  /** Index of the seat in the tab order (roving tabindex). */
  readonly tabStop: number;
  /** Whether Tab reaches it: sections are in its place when zoomed out. */
  readonly isReachable: boolean;
  readonly isOnSale: boolean;
  /** Where seats are selected and not held: the indexes of those that are. */
  readonly selected: ReadonlySet<number> | null;
}

/** Beyond this many, the list view is more useful. */
const MOST_BUTTONS = 600;

/** Invisible buttons over the visible seats, for touch exploration, voice control and keyboards. */
export function SeatButtons({
  scene,
  seats,
  settled,
  currency,
  tabStop,
  isReachable,
  isOnSale,
  selected,
}: SeatButtonsProps) {
  const inView = useMemo(() => indexesInView(scene, settled), [scene, settled]);
  const indexes = inView.includes(tabStop) ? inView : [...inView, tabStop];
  const radius = scene.plan.seat_radius;
  return indexes.map((index) => {
    const seat = seats[index];
    return (
      seat && (
        <SeatButton
          key={seat.facts.id}
          seat={seat}
          radius={radius}
          currency={currency}
          isTabStop={isReachable && index === tabStop}
          isOnSale={isOnSale}
          isSelected={selected?.has(index) ?? null}
        />
      )
    );
  });
}

interface SeatButtonProps {
  readonly seat: MapSeat;
  readonly radius: number;
  readonly currency: string;
  readonly isTabStop: boolean;
  readonly isOnSale: boolean;
  readonly isSelected: boolean | null;
}

const SeatButton = memo(function SeatButton({
  seat,
  radius,
  currency,
  isTabStop,
  isOnSale,
  isSelected,
}: SeatButtonProps) {
  const { facts, status, pending } = seat;
  const isOpen =
    isSelected !== null || (isOnSale && ['available', 'mine', 'unknown'].includes(status));
  return (
    <button
      type="button"
      className="seat-button"
      style={{
        left: facts.x - radius,
        top: facts.y - radius,
        width: 2 * radius,
        height: 2 * radius,
      }}
      data-seat={facts.index}
      data-status={status}
      data-pending={pending || undefined}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={seatLabel(seat, currency)}
      aria-pressed={isSelected ?? status === 'mine'}
      aria-disabled={!isOpen}
    />
  );
});

function indexesInView(scene: Scene, settled: SettledView | null): readonly number[] {
  if (settled === null) return [];
  const { viewport, size } = settled;
  if (showsAreas(scene, radiusPx(scene, viewport))) return [];
  const found = scene.grid.within({
    x: -viewport.left / viewport.scale,
    y: -viewport.top / viewport.scale,
    width: size.width / viewport.scale,
    height: size.height / viewport.scale,
  });
  return found.length > MOST_BUTTONS ? [] : found.sort((a, b) => a - b);
}
