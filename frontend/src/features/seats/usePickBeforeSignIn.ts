import { useEffect, useEffectEvent, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';

import type { MapSeat } from '@/domain/seatMap/seats';
import { takePick } from '@/features/seats/pickBeforeSignIn';

interface PickBeforeSignInOptions {
  readonly eventId: number;
  readonly isSignedIn: boolean;
  readonly seats: readonly MapSeat[];
  readonly indexById: ReadonlyMap<number, number>;
  /** Called once with the seat, whatever has become of it. */
  readonly onReturn: (seat: MapSeat) => void;
}

/** After signing in, return to the seat that was picked before. */
export function usePickBeforeSignIn({
  eventId,
  isSignedIn,
  seats,
  indexById,
  onReturn,
}: PickBeforeSignInOptions): void {
  const isLoaded = seats.length > 0;
  const hasReturned = useRef(false);
  const location = useLocation();
  const navigate = useNavigate();
  const goBack = useEffectEvent(() => {
    const seatId = takePick(eventId, location.state);
    // A reload must not hold it again.
    if (location.state !== null) void navigate(location, { replace: true, state: null });
    const seat = seatId === null ? undefined : seats[indexById.get(seatId) ?? -1];
    if (seat !== undefined) onReturn(seat);
  });
  useEffect(() => {
    if (!isSignedIn || !isLoaded || hasReturned.current) return;
    hasReturned.current = true;
    goBack();
  }, [isSignedIn, isLoaded]);
}
