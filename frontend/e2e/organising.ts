import { type BrowserContextOptions, expect, type Locator, type Page } from '@playwright/test';

import { type Fixtures, type Inspect, OWN_PASSWORD } from './fixtures';
import { linkMailedTo } from './mails';

const DAY_MS = 86_400_000;
const INVITATION = /\/organise\/invitations#token=[\w:.-]+/;

/** What is sold, by the names that the organiser gives. */
export interface Show {
  readonly organisation: string;
  readonly plan: string;
  readonly event: string;
}

export interface Journey {
  readonly enter: Fixtures['enter'];
  /** In English. */
  readonly options: BrowserContextOptions;
  readonly inspect: Inspect;
}

/**
 * Go from a first visit to an event on sale, a booking and two members, by the links and buttons
 * that the pages offer.
 */
export async function organise(journey: Journey): Promise<void> {
  const { enter, options, inspect } = journey;
  const { page } = await enter('anonymous', options);
  const name = crypto.randomUUID().slice(0, 8);
  const event = `Evening ${name}`;
  const show = { organisation: `Club ${name}`, plan: 'Small hall', event };
  await register(page, `organiser-${name}`);
  await inspect(page, 'organise-registered');
  await found(page, show, journey);
  await startPlan(page, show, journey);
  await drawPlan(page, journey);
  await saveVersion(page, show, journey);
  await createEvent(page, show, journey);
  await putPlanOnEvent(page, show, journey);
  await page.getByLabel('Fee for each ticket').fill('1');
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(page.getByText('Unsaved changes')).toBeHidden();
  await publish(page, journey);

  await page.getByRole('link', { name: 'Live sale' }).click();
  await page.waitForURL(/\/organise\/\d+$/);
  const sale = page.url();
  await expect(page.locator('.figures')).toContainText('Held');
  const buyer = await enter('somebody new', options);
  await book(buyer.page, event, journey, async () => {
    await expect(figure(page, 'Held')).toHaveText(/^1/);
    await inspect(page, 'organise-sale');
  });
  await expect(figure(page, 'Sold')).toHaveText(/^1/);
  await expect(figure(page, 'Held')).toHaveText(/^0/);

  await clickVisible(page.getByRole('link', { name: 'Organise', exact: true }));
  await page.getByRole('link', { name: event }).waitFor();
  await inspect(page, 'organise-home');
  await page.getByRole('link', { name: `Club ${name}` }).click();
  await page.getByRole('link', { name: event }).waitFor();
  await inspect(page, 'organise-events');
  await page.getByRole('tab', { name: 'Members' }).click();
  await meetViewer(page, event, journey);
  await meetSteward(page, journey);
  await page.reload();
  await expect(page.getByRole('row')).toHaveCount(4);
  await inspect(page, 'organise-members');
  await page.goto(sale);
  await page.getByRole('link', { name: 'Doors' }).click();
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await inspect(page, 'organise-doors');
}

export async function register(page: Page, username: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(OWN_PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Pick a night out' }).waitFor();
}

/** Go from the events to a new organisation. */
export async function found(
  page: Page,
  { organisation }: Show,
  { inspect }: Journey,
): Promise<void> {
  await clickVisible(page.getByRole('link', { name: 'Organise', exact: true }));
  await page.getByRole('heading', { name: 'Sell seats of your own' }).waitFor();
  await inspect(page, 'organise-start');
  await page.getByRole('button', { name: 'Create organisation' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(organisation);
  await inspect(page, 'organise-new-organisation');
  await page.getByRole('dialog').getByRole('button', { name: 'Create organisation' }).click();
  await page.getByRole('heading', { name: 'No seating plans yet' }).waitFor();
  await inspect(page, 'organise-no-plans');
}

/** Open an empty plan in the editor. */
export async function startPlan(page: Page, { plan }: Show, { inspect }: Journey): Promise<void> {
  await page.getByRole('button', { name: 'New plan' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(plan);
  await page.getByText('An empty plan').click();
  await inspect(page, 'organise-new-plan');
  await page.getByRole('button', { name: 'Create plan' }).click();
  await page.getByRole('application', { name: 'Seating plan' }).waitFor();
  await inspect(page, 'editor-empty');
}

async function drawPlan(page: Page, { options, inspect }: Journey): Promise<void> {
  const stage = page.getByRole('application', { name: 'Seating plan' });
  await stage.focus();
  await page.keyboard.press('b');
  if (options.hasTouch !== true) {
    // Bend the rows towards the stage before they are placed.
    const bend = page.getByRole('slider', { name: 'Curve' });
    await bend.focus();
    for (let press = 0; press < 5; press++) await page.keyboard.press('PageUp');
    await stage.focus();
  }
  await page.keyboard.press('Enter');
  await page.keyboard.press('t');
  await page.keyboard.press('Enter');
  for (let press = 0; press < 20; press++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  for (let press = 0; press < 32; press++) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('All changes saved')).toBeVisible();
  await inspect(page, 'editor-drawn');
}

/** Save the first version and go to the plan's page. */
export async function saveVersion(page: Page, { plan }: Show, { inspect }: Journey): Promise<void> {
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText(/^Saved as version 1/)).toBeVisible();
  await page.getByRole('link', { name: 'Back to the plan' }).click();
  await page.getByRole('heading', { name: plan }).waitFor();
  await expect(page.getByRole('link', { name: 'Edit' })).toBeVisible();
  await inspect(page, 'organise-plan');
}

/** Go from the plan's page to the settings of a new event. */
export async function createEvent(
  page: Page,
  { plan, event }: Show,
  { inspect }: Journey,
): Promise<void> {
  await page.getByRole('button', { name: 'Use for an event' }).click();
  await page.getByRole('dialog').getByText('has no coming events').waitFor();
  await inspect(page, 'organise-plan-without-event');
  await page.getByRole('link', { name: 'Go to the events' }).click();
  await page.getByRole('heading', { name: 'No coming events' }).waitFor();
  await inspect(page, 'organise-no-events');
  await page.getByRole('button', { name: 'New event' }).click();
  const dialog = page.getByRole('dialog', { name: 'New event' });
  await dialog.getByLabel('Name').fill(event);
  await dialog.getByLabel('Venue').fill(plan);
  await dialog.getByLabel('Begins').fill(new Date(Date.now() + DAY_MS).toISOString().slice(0, 16));
  await dialog.getByLabel('Price').fill('12.50');
  await inspect(page, 'organise-new-event');
  await dialog.getByRole('button', { name: 'Create draft' }).click();
  await page.getByText('It needs seats before it can be published').waitFor();
  await expect(page.getByRole('button', { name: 'Publish' })).toBeDisabled();
  await inspect(page, 'organise-draft');
}

/** Go from the event's settings to the plan, put it onto the event, and go back. */
export async function putPlanOnEvent(
  page: Page,
  { plan, event }: Show,
  { inspect }: Journey,
): Promise<void> {
  await page.getByRole('link', { name: 'Choose a seating plan' }).click();
  await page.getByRole('link', { name: plan }).waitFor();
  await inspect(page, 'organise-plans');
  await page.getByRole('link', { name: plan }).click();
  await page.getByRole('button', { name: 'Use for an event' }).click();
  await page.getByRole('combobox', { name: 'Event' }).selectOption({ index: 1 });
  await page.getByRole('button', { name: 'See what changes' }).click();
  await page.getByText('New seats', { exact: true }).waitFor();
  await inspect(page, 'organise-plan-changes');
  await page.getByRole('button', { name: `Change ${event}` }).click();
  await page.getByRole('dialog', { name: /has its new seats$/ }).waitFor();
  await inspect(page, 'organise-plan-used');
  await page.getByRole('link', { name: 'To the settings' }).click();
}

export async function publish(page: Page, { inspect }: Journey): Promise<void> {
  await page.getByRole('button', { name: 'Publish' }).click();
  await inspect(page, 'organise-publish');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/^On sale until /).waitFor();
  await inspect(page, 'organise-published');
}

async function book(
  page: Page,
  event: string,
  { options, inspect }: Journey,
  whileHeld: () => Promise<void>,
): Promise<void> {
  await page.goto('/');
  await page.getByRole('searchbox').fill(event);
  await page.getByRole('link', { name: event }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  const seat = page.getByRole('button', { name: /^Seat / }).first();
  await seat.dispatchEvent('click');
  await expect(seat).toHaveAttribute('data-status', 'mine');
  await inspect(page, 'organise-seat-held');
  await whileHeld();
  if (options.hasTouch === true) await page.locator('.basket__toggle').click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.locator('input[value=card]').check();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await page.getByRole('dialog', { name: 'Reservation confirmed!' }).waitFor();
}

/** A viewer follows the events, and can change nothing. */
async function meetViewer(owner: Page, event: string, journey: Journey): Promise<void> {
  const page = await invite(owner, 'Viewer', journey);
  await expect(page.getByRole('link', { name: event })).toHaveAttribute('href', /^\/events\//);
  await expect(page.getByRole('link', { name: 'Live sale' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'New event' })).toBeHidden();
  await journey.inspect(page, 'organise-as-viewer');
  await page.getByRole('tab', { name: 'Plans' }).click();
  await page.getByRole('link', { name: 'Small hall' }).click();
  await page.getByRole('heading', { name: 'Checks' }).waitFor();
  await expect(page.getByRole('link', { name: 'Edit' })).toBeHidden();
}

/** Somebody at the door checks tickets. */
async function meetSteward(owner: Page, journey: Journey): Promise<void> {
  const page = await invite(owner, 'Door', journey);
  await journey.inspect(page, 'organise-as-steward');
  await expect(page.getByRole('tab', { name: 'Events' })).toBeHidden();
  await page.getByRole('main').getByRole('link', { name: 'Door', exact: true }).click();
  await page.getByRole('textbox').waitFor();
  await journey.inspect(page, 'organise-door');
}

/** Invite somebody new, who accepts. */
async function invite(
  owner: Page,
  role: string,
  { enter, options, inspect }: Journey,
): Promise<Page> {
  const address = `${crypto.randomUUID().slice(0, 8)}@example.org`;
  await owner.getByLabel('E-mail address').fill(address);
  await owner.getByRole('combobox', { name: 'Role', exact: true }).selectOption(role);
  await owner.getByRole('button', { name: 'Send invitation' }).click();
  await owner.getByText(address, { exact: true }).waitFor();
  await inspect(owner, 'organise-invited');
  const { page } = await enter('somebody new', options);
  await page.goto(await linkMailedTo(address, INVITATION));
  await page.getByRole('button', { name: /^Accept as/ }).waitFor();
  await inspect(page, 'organise-invitation');
  await page.getByRole('button', { name: /^Accept as/ }).click();
  await page.getByRole('tab', { name: 'Members' }).waitFor();
  return page;
}

/** A figure of the live sale. */
export function figure(page: Page, name: string): Locator {
  return page
    .locator('.figures > div')
    .filter({ hasText: new RegExp(`^${name}`) })
    .locator('dd');
}

/** The list of events has the link, too. */
async function clickVisible(links: Locator): Promise<void> {
  await links.filter({ visible: true }).first().click();
}
