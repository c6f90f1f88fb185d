/**
 * After a deployment the parts of the app that this page has yet to load are gone: it has to be
 * loaded anew, once. When that does not help, the error boundary says so.
 */

import { type PageStorage, tabStorage } from '@/browser/storage';

const STORED_AS = 'seatcast.reloaded';
/** A page that fails again this soon would fail for ever. */
const ONCE_IN_MS = 60_000;

export interface Page {
  readonly isOnline: () => boolean;
  readonly now: () => number;
  readonly reload: () => void;
  readonly storage: Pick<PageStorage, 'getItem' | 'setItem' | 'isLasting'>;
}

let isReloading = false;

/** Whether the page is on its way out, so that nothing needs to be said about what failed. */
export function isReloadingForNewBuild(): boolean {
  return isReloading;
}

/** Load the page anew whenever a part of it is not to be had, until the signal. */
export function reloadOnStaleBuild(page: Page = browserPage, signal?: AbortSignal): void {
  function reload() {
    const reloadedAt = Number(page.storage.getItem(STORED_AS) ?? 0);
    // Without a network it would come to nothing, and lose what is on screen.
    if (!page.isOnline() || page.now() - reloadedAt < ONCE_IN_MS) return;
    page.storage.setItem(STORED_AS, String(page.now()));
    // A page that cannot know that it was loaded again would do it for ever.
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
