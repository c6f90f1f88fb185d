import { expect } from '@playwright/test';

import { demoEvents, test } from './fixtures';

test("the browser's language is used until another one is chosen", async ({ enter, request }) => {
  const { club } = await demoEvents(request);
  const { page } = await enter('anonymous', { locale: 'de-AT' });
  await page.goto(`/events/${club.id}`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('.legend')).toContainText(/€\s50/);

  await page.locator('summary', { hasText: 'Sprache: Deutsch' }).press('Enter');
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await expect(page.locator('.legend')).toContainText('€50');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  await page.reload();
  await expect(page.getByRole('complementary', { name: 'Your seats' })).toBeVisible();
});

test('a refused form is explained in German @thorough', async ({ enter }) => {
  const { page } = await enter('anonymous', { locale: 'de-DE' });
  await page.goto('/register');
  await page.getByLabel('Benutzername').fill('alice');
  await page.getByLabel('Passwort').fill('password');
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await expect(page.getByText('Dieser Name ist schon vergeben.')).toBeVisible();
  await expect(page.getByText('Dieses Passwort haben zu viele.')).toBeVisible();
});
