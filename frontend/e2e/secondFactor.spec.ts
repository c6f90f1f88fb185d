import { expect, type Page } from '@playwright/test';

import { ONLY_CHROMIUM, test } from './fixtures';

// Passkeys need a host name instead of 127.0.0.1.
const HERE = (process.env['BASE_URL'] ?? 'http://127.0.0.1:8000').replace('127.0.0.1', 'localhost');

test.use({ baseURL: HERE });

/** Add a virtual security key that signs without confirmation. */
async function plugInKey(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

test.skip(HERE.startsWith('https:'), 'no passkeys where nobody vouches for the certificate');

test(
  'a passkey is added, used at the next sign-in, and removed @site',
  ONLY_CHROMIUM,
  async ({ page }) => {
    const username = `guest-${crypto.randomUUID().slice(0, 13)}`;
    const password = crypto.randomUUID();
    await plugInKey(page);
    await page.goto('/register');
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: `Signed in as ${username}` }).click();

    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByLabel('Name of this passkey').fill('Blue key');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('listitem')).toHaveCount(10);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await expect(page.getByText('Blue key', { exact: true })).toBeVisible();

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
    await page.goto('/sign-in');
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('link', { name: `Signed in as ${username}` }).click();
    await expect(page.getByText(/^Last used/)).toBeVisible();

    await page.getByRole('button', { name: 'Remove Blue key' }).click();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('Blue key', { exact: true })).toBeHidden();

    await page.getByRole('button', { name: 'Delete my account' }).click();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Delete my account' }).click();
    await expect(page.getByText('Your account is deleted.')).toBeVisible();
  },
);
