import type { QueryClient, QueryKey } from '@tanstack/react-query';

import { tabs } from '@/browser/tabs';
import { assertNever } from '@/domain/assertNever';
import { EVENTS_KEY } from '@/queries/events';
import { reservationsQuery } from '@/queries/reservations';
import { reloadSession } from '@/queries/session';

/** Refetch what another tab of the same user changed. Returns an unsubscribe function. */
export function syncWithOtherTabs(queryClient: QueryClient): () => void {
  function refetch(queryKey: QueryKey): void {
    // A hidden tab refetches when it becomes visible.
    const refetchType = document.visibilityState === 'visible' ? 'active' : 'none';
    void queryClient.invalidateQueries({ queryKey, refetchType });
  }
  return tabs.listen((message) => {
    switch (message.kind) {
      case 'locks':
        // Handled by the seat map itself.
        break;
      case 'reservations':
        refetch(reservationsQuery.queryKey);
        refetch(EVENTS_KEY);
        break;
      case 'session':
        reloadSession(queryClient).catch(() => undefined);
        break;
      default:
        assertNever(message);
    }
  });
}
