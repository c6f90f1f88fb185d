import type { ComponentType, ReactNode, Ref } from 'react';

import type { EventDetail } from '@/api/types';
import type { Scene } from '@/canvas/scene';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';

interface SeatMapProps {
  readonly ref: Ref<SeatMapHandle>;
  readonly event: EventDetail;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly clock: ServerClock;
  readonly isOnSale: boolean;
  /** Indexes of seats with a ring; stable while they stay the same. */
  readonly offered: readonly number[];
  readonly selected: ReadonlySet<number>;
  readonly onPick: (seat: MapSeat) => void;
  readonly onMiss: () => void;
  readonly onStand: () => void;
  readonly children: ReactNode;
}

/** The buyers' map, which `app` hands in: features do not import each other. */
export type SeatMapComponent = ComponentType<SeatMapProps>;
