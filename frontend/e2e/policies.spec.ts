import { expect } from '@playwright/test';

import { demoEvents, test } from './stage';

// What the pages of the client do is watched wherever somebody enters one; these are Django's own.

test('the API is read and tried on a page of its own', async ({ enter }) => {
  const { page } = await enter('alice');
  await page.goto('/api/docs/');
  await page.getByRole('button', { name: /^GET.*\/api\/me\/$/ }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.getByText('"username": "alice"').first()).toBeVisible();
});

test('the forms of the admin are helped by their scripts', async ({ enter, request }) => {
  const { page } = await enter('admin');
  const { theatre } = await demoEvents(request);
  await page.goto(`/admin/reservations/event/${theatre.id}/change/`);
  // Which only its script opens.
  await page.getByRole('link', { name: 'Choose a date' }).first().click();
  await expect(page.locator('.calendarbox').first()).toBeVisible();
});
