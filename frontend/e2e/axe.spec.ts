import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

import { test } from './fixtures';
import { organise } from './organising';
import { tour } from './tour';

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Generous, so that only a hang times out, not a slow machine. */
const TOUR_MS = 480_000;

const ON_A_DESK = {
  viewport: { width: 1440, height: 900 },
  locale: 'en-GB',
  colorScheme: 'light',
} as const;
const ON_A_PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  locale: 'de-DE',
  colorScheme: 'dark',
} as const;

for (const [where, size] of [
  ['a phone, in German, in the dark', ON_A_PHONE],
  ['a desk, in English, in the light', ON_A_DESK],
] as const) {
  test(`${where} has no accessibility violations @thorough`, async ({ enter, request }) => {
    test.setTimeout(TOUR_MS);
    const found: string[] = [];
    await tour({
      enter,
      request,
      options: { ...size, reducedMotion: 'reduce' },
      inspect: async (page, name) => {
        found.push(...(await violations(page, name)));
      },
    });
    expect(found).toEqual([]);
  });
}

for (const [where, size] of [
  ['a phone in the dark', ON_A_PHONE],
  ['a desk in the light', ON_A_DESK],
] as const) {
  test(`an organiser's pages have no accessibility violations on ${where} @thorough`, async ({
    enter,
  }) => {
    test.setTimeout(TOUR_MS);
    const found: string[] = [];
    await organise({
      enter,
      options: { ...size, locale: 'en-GB', reducedMotion: 'reduce' },
      inspect: async (page, name) => {
        found.push(...(await violations(page, name)));
      },
    });
    expect(found).toEqual([]);
  });
}

async function violations(page: Page, name: string): Promise<string[]> {
  // Finish transitions: a colour in transition has the wrong contrast.
  await page.evaluate(() => {
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
  });
  // Legacy mode needs no extra page per result, which serves frames; there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode().withTags(STANDARDS);
  const results = await axe.analyze();
  return results.violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, any: [first] }) =>
      [target.join(' '), first?.message].join(': '),
    );
    return `${name}: ${id}: ${places.slice(0, 3).join(' | ')}`;
  });
}
