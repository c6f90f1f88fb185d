import { expect, type Page } from '@playwright/test';

import {
  createEvent,
  figure,
  found,
  type Journey,
  publish,
  putPlanOnEvent,
  register,
  saveVersion,
  startPlan,
} from './organising';
import { Drawing, type Place } from './theatreDrawing';

const SHOW = { organisation: 'City theatre', plan: 'Main house', event: 'The opening night' };

/** On the map at 1440 × 900: the stalls, and two of their seats after a click has zoomed in. */
const STALLS = [480, 480] as const;
const LEFT = [429, 531] as const;
const RIGHT = [714, 549] as const;
const TAKEN = /locked|held/i;

/**
 * On a site without any data: found an organisation, draw a theatre with the editor's tools, price
 * and publish a show in it, and sell seats to two people at once. Returns how long drawing took.
 */
export async function sellTheatre(journey: Journey): Promise<{ readonly drawingMs: number }> {
  const { enter, options, inspect } = journey;
  const { page } = await enter('anonymous', options);
  await page.goto('/');
  await page.getByRole('heading', { name: 'Nothing on yet' }).waitFor();
  await inspect(page, 'nothing-on');
  await register(page, 'director');
  await found(page, SHOW, journey);
  await startPlan(page, SHOW, journey);
  const start = performance.now();
  await new Drawing(page).drawTheatre(inspect);
  const drawingMs = performance.now() - start;
  await saveVersion(page, SHOW, journey);
  await expect(page.getByText('1,236 seats').first()).toBeVisible();
  await createEvent(page, SHOW, journey);
  await putPlanOnEvent(page, SHOW, journey);
  await setPrices(page, journey);
  await publish(page, journey);
  await page.getByRole('link', { name: 'Live sale' }).click();
  await expect(figure(page, 'Held')).toHaveText(/^0/);
  await buyAtOnce(page, journey);
  return { drawingMs };
}

async function setPrices(page: Page, { inspect }: Journey): Promise<void> {
  for (const [category, price] of [
    ['Stalls', '48'],
    ['Circle', '32'],
    ['Boxes', '75'],
    ['Tables', '60'],
    ['Standing', '15'],
  ] as const) {
    await page.getByRole('textbox', { name: `Price of ${category}`, exact: true }).fill(price);
  }
  await saveIn(page, 'Prices by category');
  const types: readonly (readonly [type: string, stalls: string, circle: string])[] = [
    ['Full', '48', '32'],
    ['Reduced', '36', '24'],
    ['Child', '18.50', '12.50'],
  ];
  for (const [place, [type, stalls, circle]] of types.entries()) {
    await page.getByRole('button', { name: 'Add a ticket type' }).click();
    const name = `Name of ticket type ${place + 1}`;
    await page.getByRole('textbox', { name, exact: true }).fill(type);
    await page.getByRole('textbox', { name: `Price of ${type}: Stalls` }).fill(stalls);
    await page.getByRole('textbox', { name: `Price of ${type}: Circle` }).fill(circle);
  }
  await inspect(page, 'organise-ticket-types');
  await saveIn(page, 'Ticket types');
  await inspect(page, 'organise-priced');
}

async function saveIn(page: Page, section: string): Promise<void> {
  const heading = page.getByRole('heading', { name: section, exact: true });
  const part = page.locator('section, form').filter({ has: heading }).last();
  await part.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
}

/** Each of two people takes a seat, sees the other's go at once, and buys. */
async function buyAtOnce(organiser: Page, journey: Journey): Promise<void> {
  const { enter, options, inspect } = journey;
  const buyers = await Promise.all([enter('anonymous', options), enter('anonymous', options)]);
  const [anna, ben] = buyers.map(({ page }) => page);
  if (anna === undefined || ben === undefined) throw new Error('Two are needed');
  await register(anna, 'anna');
  await inspect(anna, 'events');
  await register(ben, 'ben');
  for (const page of [anna, ben]) {
    await page.getByRole('link', { name: SHOW.event }).click();
    await page.getByText('Live', { exact: true }).waitFor();
  }
  await inspect(anna, 'theatre');
  for (const page of [anna, ben]) await zoomIn(page);
  await take(anna, LEFT);
  await expect.poll(() => textAt(ben, LEFT)).toMatch(TAKEN);
  await inspect(ben, 'theatre-seat-of-another');
  await take(ben, RIGHT);
  await expect.poll(() => textAt(anna, RIGHT)).toMatch(TAKEN);
  await inspect(anna, 'theatre-seat-held');
  await expect(figure(organiser, 'Held')).toHaveText(/^2/);
  await inspect(organiser, 'organise-sale-held');
  await Promise.all([buy(anna, 'Child · €18.50'), buy(ben, 'Reduced · €36.00')]);
  await inspect(anna, 'theatre-bought');
  await expect(figure(organiser, 'Sold')).toHaveText(/^2/);
  await inspect(organiser, 'organise-sale-sold');
}

/** Seats this small are not taken: a click zooms in. */
async function zoomIn(page: Page): Promise<void> {
  await page.mouse.click(...STALLS);
  await expect.poll(() => textAt(page, RIGHT)).toMatch(/seat\s17/i);
}

/** Click a seat on the map. */
async function take(page: Page, place: Place): Promise<void> {
  await page.mouse.click(...place);
  await page.getByRole('button', { name: 'Reserve', exact: true }).waitFor();
}

/** What the page says of the seat at a place. */
async function textAt(page: Page, [x, y]: Place): Promise<string> {
  await page.mouse.move(x - 3, y);
  await page.mouse.move(x, y);
  return (await page.locator('.seat-tooltip').allTextContents()).join();
}

async function buy(page: Page, ticket: string): Promise<void> {
  await page.getByRole('combobox', { name: /^Ticket for seat/ }).selectOption({ label: ticket });
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.locator('input[value=card]').check();
  await page.getByRole('button', { name: /^Confirm/ }).click();
  await page.getByRole('dialog', { name: 'Reservation confirmed!' }).waitFor();
}
