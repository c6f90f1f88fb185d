import type { MapControls } from '@/components/map/mapControls';
import type { Bounds } from '@/domain/geometry';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** What the page of a seat map can do with it. */
export interface SeatMapHandle {
  /** Moves the viewport. */
  readonly controls: MapControls;
  /** Zoom to these seats. */
  readonly showSeats: (seats: readonly SeatFacts[]) => void;
  /** The indexes of the seats in a part of the frame, in CSS pixels. */
  readonly indexesIn: (part: Bounds) => readonly number[];
  /** Zoom out from the focused seat to its section. Returns whether there is one. */
  readonly leaveSection: () => boolean;
}
