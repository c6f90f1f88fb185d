import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

import { test } from './stage';
import { walk } from './walk';

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WALK_MS = 180_000;

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
  test(`nothing on ${where} keeps anybody out @thorough`, async ({ enter, request }) => {
    test.setTimeout(WALK_MS);
    const found: string[] = [];
    await walk({
      enter,
      request,
      options: { ...size, reducedMotion: 'reduce' },
      look: async (page, name) => {
        found.push(...(await violations(page, name)));
      },
    });
    expect(found).toEqual([]);
  });
}

async function violations(page: Page, name: string): Promise<string[]> {
  // A colour on its way to another is neither.
  await page.evaluate(() => {
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
  });
  // The other mode opens a page of its own for each result, for frames, of which there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode().withTags(STANDARDS);
  const results = await axe.analyze();
  return results.violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, any: [first] }) =>
      [target.join(' '), first?.message].join(': '),
    );
    return `${name}: ${id}: ${places.slice(0, 3).join(' | ')}`;
  });
}
