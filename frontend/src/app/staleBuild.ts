/**
 * After a deployment, chunks of the old build are gone, so the page reloads once. If that does not
 * help, the error boundary is shown.
 */

import { type PageStorage, tabStorage } from '@/browser/storage';

const STORED_AS = 'seatcast.reloaded';
/** Do not reload again within this time, to avoid a loop. */
const ONCE_IN_MS = 60_000;

export interface Page {
  readonly isOnline: () => boolean;
  readonly now: () => number;
  readonly reload: () => void;
  readonly storage: Pick<PageStorage, 'getItem' | 'setItem' | 'isLasting'>;
}

let isReloading = false;

/** Whether a reload was asked for. The browser may ask the user first, who may stay. */
export function isReloadingForNewBuild(): boolean {
  return isReloading;
}

/** Reload the page when a chunk fails to load, until the signal aborts. */
export function reloadOnStaleBuild(page: Page = browserPage, signal?: AbortSignal): void {
  function reload() {
    const reloadedAt = Number(page.storage.getItem(STORED_AS) ?? 0);
    // Offline, a reload would fail and lose what is on screen.
    if (!page.isOnline() || page.now() - reloadedAt < ONCE_IN_MS) return;
    page.storage.setItem(STORED_AS, String(page.now()));
    // Without storage there is no way to detect a reload loop.
    if (!page.storage.isLasting()) return;
    isReloading = true;
    page.reload();
  }
  window.addEventListener('vite:preloadError', reload, { ...(signal && { signal }) });
}

const browserPage: Page = {
  isOnline: () => navigator.onLine,
  now: Date.now,
  reload: () => {
    location.reload();
  },
  storage: tabStorage,
};
