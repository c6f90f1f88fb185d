import { memo, useMemo } from 'react';

import { SeatMark } from '@/features/seats/map/SeatMark';
import type { Category } from '@/lib/api/types';
import type { ServerClock } from '@/lib/feed/clock';
import type { MapSeat } from '@/lib/seatmap/seats';

interface SeatLayerProps {
  readonly seats: readonly MapSeat[];
  readonly radius: number;
  readonly categories: readonly Category[];
  readonly currency: string;
  readonly clock: ServerClock;
  readonly tabStop: number;
  readonly isOnSale: boolean;
}

export const SeatLayer = memo(function SeatLayer({
  seats,
  categories,
  tabStop,
  ...shared
}: SeatLayerProps) {
  const colors = useMemo(
    () => new Map(categories.map(({ id, color }) => [id, color])),
    [categories],
  );
  return seats.map((seat) => (
    <SeatMark
      key={seat.facts.id}
      seat={seat}
      ringColor={seat.facts.categoryId === null ? undefined : colors.get(seat.facts.categoryId)}
      isTabStop={seat.facts.index === tabStop}
      {...shared}
    />
  ));
});
