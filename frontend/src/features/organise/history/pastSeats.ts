import type { PastMap } from '@/api/types';
import { decodeStatuses } from '@/domain/feed/parseFrame';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';

/** The seats of a layout at a moment; none while the layout is not the one of the moment. */
export function pastSeats(
  { statuses, locks }: Pick<PastMap, 'statuses' | 'locks'>,
  facts: readonly SeatFacts[],
): MapSeat[] {
  const codes = decodeStatuses(statuses);
  // Each byte has four seats, so that there are up to three codes too many.
  if (codes.length < facts.length || codes.length >= facts.length + 4) return [];
  const holders = new Map(locks.map(([index, , holder]) => [index, holder] as const));
  return facts.map((seat, index) => {
    const holder = holders.get(index);
    return {
      facts: seat,
      status: codes[index] ?? 'available',
      // A deadline that has passed would be drawn as an ended hold.
      until: null,
      holder: typeof holder === 'string' ? holder : null,
      pending: false,
    };
  });
}
