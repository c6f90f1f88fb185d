import { expect } from '@playwright/test';

import { test } from './fixtures';

// `enter` watches the client's pages for policy violations; these are Django's.

test('the API documentation works under its policy @thorough', async ({ enter }) => {
  const { page } = await enter('alice');
  await page.goto('/api/docs/');
  // Among the first: Swagger renders only what is on screen.
  await page.getByRole('button', { name: /^GET.*\/api\/events\/$/ }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.getByText('"seats_total"').first()).toBeVisible();
});

test("the admin's scripts work under its policy", async ({ enter }) => {
  const { page } = await enter('admin');
  await page.goto('/admin/accounts/user/');
  await page.getByRole('link', { name: 'alice' }).click();
  // Opened by a script.
  await page.getByRole('link', { name: 'Choose a date' }).first().click();
  await expect(page.locator('.calendarbox').first()).toBeVisible();
});
