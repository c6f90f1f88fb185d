import type { QueryClient, QueryKey } from '@tanstack/react-query';

import { tabs } from '@/browser/tabs';
import { assertNever } from '@/domain/assertNever';
import { eventsQuery } from '@/queries/events';
import { reservationsQuery } from '@/queries/reservations';
import { reloadSession } from '@/queries/session';

/** Look again at what another tab of the same person has changed. The answer ends it. */
export function syncWithOtherTabs(queryClient: QueryClient): () => void {
  function lookAgainAt(queryKey: QueryKey): void {
    // A tab that nobody looks at asks when it is looked at again.
    const refetchType = document.visibilityState === 'visible' ? 'active' : 'none';
    void queryClient.invalidateQueries({ queryKey, refetchType });
  }
  return tabs.listen((news) => {
    switch (news.kind) {
      case 'locks':
        // The seat map itself listens to this.
        break;
      case 'reservations':
        lookAgainAt(reservationsQuery.queryKey);
        lookAgainAt(eventsQuery.queryKey);
        break;
      case 'session':
        reloadSession(queryClient).catch(() => undefined);
        break;
      default:
        assertNever(news);
    }
  });
}
