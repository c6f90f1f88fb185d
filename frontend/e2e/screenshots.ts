import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { type BrowserContextOptions, expect, type Page } from '@playwright/test';

import { test } from './fixtures';
import { tour } from './tour';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = resolve(ROOT, '.screenshots');
const DOCS_FOLDER = resolve(ROOT, 'docs/screenshots');
/** The README and docs/features.md show these. */
const IN_DOCS = new Set([
  'theatre-1440',
  'basket-1440',
  'stadium-1440-dark',
  'sale-1440',
  'offer-390',
  'theatre-390-dark',
  'ticket-390',
]);
const WEBP_QUALITY = 80;
const TOUR_MS = 300_000;
/** Enough frames for the map to draw all tiles. */
const FRAMES = 20;

const SIZES: Readonly<Record<string, BrowserContextOptions>> = {
  390: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  1440: { viewport: { width: 1440, height: 900 } },
};

for (const [width, size] of Object.entries(SIZES)) {
  test(`every page at ${width} pixels`, async ({ enter, request }) => {
    test.setTimeout(TOUR_MS);
    await tour({
      enter,
      request,
      options: { ...size, colorScheme: 'light', reducedMotion: 'reduce' },
      inspect: async (page, name) => {
        await countIsThere(page);
        await shot(page, `${name}-${width}`);
        await paint(page, 'dark');
        await shot(page, `${name}-${width}-dark`);
        await paint(page, 'light');
      },
    });
  });
}

/** The number of viewers arrives a little after the seats. */
async function countIsThere(page: Page): Promise<void> {
  if ((await page.locator('.selector .live').count()) > 0) {
    await page.locator('.live__viewers').waitFor({ state: 'attached' });
  }
  await page.locator('.figures .skeleton').waitFor({ state: 'detached' });
}

/** Switch the colour scheme and wait for the overview map, which redraws at most once a second. */
async function paint(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
  const minimap = page.locator('.minimap__canvas');
  const hasMinimap = (await minimap.count()) > 0;
  const picture = () => minimap.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = hasMinimap ? await picture() : null;
  await page.emulateMedia({ colorScheme });
  if (hasMinimap) await expect.poll(picture).not.toBe(before);
}

async function shot(page: Page, name: string): Promise<void> {
  await page.evaluate(async (frames) => {
    await document.fonts.ready;
    for (let frame = 0; frame < frames; frame++) {
      await new Promise((resolve_) => {
        requestAnimationFrame(resolve_);
      });
    }
  }, FRAMES);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled', caret: 'hide' });
  if (IN_DOCS.has(name)) await writeFile(`${DOCS_FOLDER}/${name}.webp`, await webp(page));
}

/** Playwright writes PNG and JPEG alone. */
async function webp(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: WEBP_QUALITY,
  });
  await session.detach();
  return Buffer.from(data, 'base64');
}
