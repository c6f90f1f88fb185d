import type { RefObject } from 'react';

import type { Area } from '@/canvas/areas';
import type { Scene } from '@/canvas/scene';
import type { MapView } from '@/components/map/mapView';
import { useMapCanvas } from '@/components/map/useMapCanvas';
import type { MapSeat } from '@/domain/seatMap/seats';
import { createServerClock } from '@/domain/serverClock';

interface PreviewCanvasOptions {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly view: MapView;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly focused: number | null;
}

/** What only a map on sale has. */
const NOT_ON_SALE = {
  counts: null,
  clock: createServerClock(),
  lockMs: 1,
  labelOf: ({ name }: Area) => [name],
  hovered: null,
  offered: [],
  opened: [],
};

/** Keep a canvas in sync with seats that nobody can hold there. */
export function usePreviewCanvas(options: PreviewCanvasOptions): void {
  useMapCanvas({ ...options, ...NOT_ON_SALE });
}
