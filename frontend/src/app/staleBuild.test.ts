// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest';

const START = 1_767_225_600_000;

beforeEach(() => {
  vi.resetModules();
});

/** Open a page with a chunk that is missing whenever the test says so. */
async function openPage(stored = new Map<string, string>()) {
  const { isReloadingForNewBuild, reloadOnStaleBuild } = await import('@/app/staleBuild');
  const page = { online: true, isLasting: true, now: START, reloads: 0 };
  const ending = new AbortController();
  reloadOnStaleBuild(
    {
      isOnline: () => page.online,
      now: () => page.now,
      reload: () => {
        page.reloads += 1;
        ending.abort();
      },
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => stored.set(key, value),
        isLasting: () => page.isLasting,
      },
    },
    ending.signal,
  );
  return {
    page,
    stored,
    isReloadingForNewBuild,
    miss: () => {
      window.dispatchEvent(new Event('vite:preloadError', { cancelable: true }));
    },
  };
}

it('reloads the page when a chunk is missing, without showing an error', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  expect(isReloadingForNewBuild()).toBe(false);
  miss();
  expect(page.reloads).toBe(1);
  expect(isReloadingForNewBuild()).toBe(true);
});

it('shows the error boundary if that did not help', async () => {
  const { miss, stored } = await openPage();
  miss();
  vi.resetModules();
  const again = await openPage(stored);
  again.page.now += 59_999;
  again.miss();
  expect(again.page.reloads).toBe(0);
  expect(again.isReloadingForNewBuild()).toBe(false);
});

it('reloads again after the next deployment', async () => {
  const { miss, stored } = await openPage();
  miss();
  vi.resetModules();
  const later = await openPage(stored);
  later.page.now += 60_000;
  later.miss();
  expect(later.page.reloads).toBe(1);
});

it('keeps the page while offline', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  page.online = false;
  miss();
  expect(page.reloads).toBe(0);
  expect(isReloadingForNewBuild()).toBe(false);
});

it('does not reload if it cannot store that it did', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  page.isLasting = false;
  miss();
  expect([page.reloads, isReloadingForNewBuild()]).toEqual([0, false]);
});
