import type { Page } from '@playwright/test';

/** Enough for late requests. */
const SETTLED_MS = 2_000;

/** Cumulative layout shift of a page on a slow network. */
export async function layoutShift(page: Page, path: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const [latency, downloadThroughput, uploadThroughput] = [80, 400_000, 100_000];
  await session.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency, downloadThroughput, uploadThroughput },
  });
  await page.goto(path);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(SETTLED_MS);
  const shift = await page.evaluate(
    () =>
      new Promise<number>((tell) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            const { value, hadRecentInput } = entry as unknown as {
              value: number;
              hadRecentInput: boolean;
            };
            if (!hadRecentInput) sum += value;
          }
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => {
          tell(sum);
        }, 200);
      }),
  );
  await session.detach();
  return shift;
}
