import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import type { EventSettings } from '@/api/types';
import { EVENTS_KEY } from '@/queries/events';
import { categoriesQuery, eventSettingsQuery, ticketTypesQuery } from '@/queries/organiserEvents';

/** Shows what the server answered to an edit, and refetches what else shows the event. */
export function useSettled(eventId: number): (found: EventSettings) => void {
  const queryClient = useQueryClient();
  return useCallback(
    (found) => {
      queryClient.setQueryData(eventSettingsQuery(eventId).queryKey, found);
      void queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      void queryClient.invalidateQueries({ queryKey: categoriesQuery(eventId).queryKey });
      void queryClient.invalidateQueries({ queryKey: ticketTypesQuery(eventId).queryKey });
    },
    [queryClient, eventId],
  );
}
