import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

import { test } from './stage';
import { walk } from './walk';

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What is worth asking again when only the colours have changed. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];
const WALK_MS = 180_000;

const ON_A_DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-GB' } as const;
const ON_A_PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  locale: 'de-DE',
} as const;

for (const [where, size] of Object.entries({
  'a desk, in English': ON_A_DESK,
  'a phone, in German': ON_A_PHONE,
})) {
  test(`nothing on ${where} keeps anybody out, light or dark`, async ({ enter, request }) => {
    test.setTimeout(WALK_MS);
    const found: string[] = [];
    const options = { ...size, colorScheme: 'light', reducedMotion: 'reduce' } as const;
    await walk({
      enter,
      request,
      options,
      look: async (page, name) => {
        found.push(...(await violations(page, name, (axe) => axe.withTags(STANDARDS))));
        await page.emulateMedia({ colorScheme: 'dark' });
        const inDark = (axe: AxeBuilder) => axe.withRules(OF_COLOUR);
        found.push(...(await violations(page, `${name}, dark`, inDark)));
        await page.emulateMedia({ colorScheme: 'light' });
      },
    });
    expect(found).toEqual([]);
  });
}

async function violations(
  page: Page,
  name: string,
  asked: (axe: AxeBuilder) => AxeBuilder,
): Promise<string[]> {
  // A colour on its way to another is neither.
  await page.evaluate(() => {
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
  });
  // The other mode opens a page of its own for each result, for frames, of which there are none.
  const results = await asked(new AxeBuilder({ page }).setLegacyMode()).analyze();
  return results.violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, any: [first] }) =>
      [target.join(' '), first?.message].join(': '),
    );
    return `${name}: ${id}: ${places.slice(0, 3).join(' | ')}`;
  });
}
