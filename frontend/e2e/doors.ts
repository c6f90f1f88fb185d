import { expect, type Page } from '@playwright/test';

export async function setUpDoor(page: Page, gate: string): Promise<void> {
  await page.getByLabel('Gate').fill(gate);
  await page.getByRole('button', { name: 'Load the list and begin' }).click();
  await expect(page.getByLabel('Code on the ticket')).toBeVisible();
}

export async function scan(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code on the ticket').fill(code);
  await page.getByRole('button', { name: 'Check' }).click();
}
