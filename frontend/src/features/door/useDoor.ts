import { useEffect, useSyncExternalStore } from 'react';

import type { DoorSession, DoorSnapshot } from '@/features/door/doorSession';

const SYNC_MS = 3_000;

/** Keep a door in step with the server while the page is open. */
export function useDoor(session: DoorSession): DoorSnapshot {
  useEffect(() => {
    void session.sync();
    const timer = setInterval(() => void session.sync(), SYNC_MS);
    const soon = () => void session.sync();
    window.addEventListener('online', soon);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', soon);
    };
  }, [session]);
  return useSyncExternalStore(session.subscribe, session.snapshot);
}
