// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest';

const START = 1_767_225_600_000;

beforeEach(() => {
  vi.resetModules();
});

/** A page of which a part is missing whenever the test says so. */
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

it('loads the page anew when a part of it is gone, and says nothing meanwhile', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  expect(isReloadingForNewBuild()).toBe(false);
  miss();
  expect(page.reloads).toBe(1);
  expect(isReloadingForNewBuild()).toBe(true);
});

it('leaves it to the error boundary when that did not help', async () => {
  const { miss, stored } = await openPage();
  miss();
  vi.resetModules();
  const again = await openPage(stored);
  again.page.now += 59_999;
  again.miss();
  expect(again.page.reloads).toBe(0);
  expect(again.isReloadingForNewBuild()).toBe(false);
});

it('does so again after the next deployment', async () => {
  const { miss, stored } = await openPage();
  miss();
  vi.resetModules();
  const later = await openPage(stored);
  later.page.now += 60_000;
  later.miss();
  expect(later.page.reloads).toBe(1);
});

it('keeps what is on screen while there is no network to load anything from', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  page.online = false;
  miss();
  expect(page.reloads).toBe(0);
  expect(isReloadingForNewBuild()).toBe(false);
});

it('leaves the page as it is when it cannot remember having loaded it anew', async () => {
  const { page, miss, isReloadingForNewBuild } = await openPage();
  page.isLasting = false;
  miss();
  expect([page.reloads, isReloadingForNewBuild()]).toEqual([0, false]);
});
