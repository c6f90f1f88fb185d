import { expect } from '@playwright/test';

import { ONLY_CHROMIUM, test } from './fixtures';

test(
  'the event list works by keyboard, page by page @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const { page } = await enter('anonymous');
    await page.route('**/api/events/?limit=24*', (route) =>
      route.continue({ url: route.request().url().replace('limit=24', 'limit=1') }),
    );
    await page.goto('/');
    const names = page.getByRole('heading', { level: 2 });
    const more = page.getByRole('button', { name: 'More events' });
    await expect(names).toHaveCount(1);
    await more.focus();
    await page.keyboard.press('Enter');
    await expect(names).toHaveCount(2);
    await expect(page.getByRole('link', { name: await names.nth(1).innerText() })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(more).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(names).toHaveCount(3);
    expect(new Set(await names.allInnerTexts()).size).toBe(3);

    await page.getByRole('searchbox', { name: 'Search' }).fill('jazz');
    await expect(names).toHaveText(['Nightjar Quartet: The Late Set']);
    await expect(page).toHaveURL(/\?search=jazz$/);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect(names).toHaveCount(3);
  },
);
