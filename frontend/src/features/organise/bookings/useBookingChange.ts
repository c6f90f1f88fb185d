import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { toApiError } from '@/api/apiError';
import { createReusableKey } from '@/api/idempotencyKey';
import { bookingsKey } from '@/queries/bookings';
import { EVENTS_KEY } from '@/queries/events';

/** Changes a booking. A change whose response was lost is sent again with the same key. */
export function useBookingChange<Wanted, Answer>(
  eventId: number,
  send: (wanted: Wanted, key: string) => Promise<Answer>,
  onDone: (answer: Answer) => void,
) {
  const queryClient = useQueryClient();
  const [key] = useState(() => createReusableKey());
  return useMutation({
    mutationFn: (wanted: Wanted) => send(wanted, key.keyFor(JSON.stringify(wanted))),
    retry: false,
    onSuccess: (answer) => {
      key.settled();
      void queryClient.invalidateQueries({ queryKey: bookingsKey(eventId) });
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      onDone(answer);
    },
    onError: (cause) => {
      if (!toApiError(cause).isOutcomeUnknown) key.settled();
    },
  });
}
