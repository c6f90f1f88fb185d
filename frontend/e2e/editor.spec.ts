import { expect, type Locator } from '@playwright/test';

import { ONLY_CHROMIUM, type Person, test } from './fixtures';

interface Summary {
  readonly id: number;
  readonly name: string;
}

interface Draft {
  readonly zones: readonly {
    readonly name: string;
    readonly rows: readonly { readonly row_number: string; readonly seats: readonly object[] }[];
    readonly areas: readonly { readonly standing?: { readonly capacity: number } }[];
  }[];
}

const SAVED = 'All changes saved';

test(
  'an organiser builds a small hall by mouse and keyboard @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const person = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const { page, api } = person;
    const plan = await newPlan(person);
    await page.goto(`/organise/plans/${plan}/edit`);
    const stage = page.getByRole('application', { name: 'Seating plan' });
    await stage.waitFor();

    await page.getByRole('tab', { name: 'Categories' }).click();
    await page.getByRole('button', { name: 'Add a category' }).click();
    await page.getByRole('tab', { name: 'Edit' }).click();

    // A block of rows and a stage by the mouse.
    await page.getByRole('radio', { name: /^Block of rows/ }).click();
    await drag(stage, [300, 250], [700, 420]);
    await expect(page.getByText(/objects selected/).first()).toBeVisible();
    await page.getByRole('radio', { name: /^Stage/ }).click();
    await drag(stage, [400, 120], [600, 180]);

    // A table and a standing area by the keyboard.
    await stage.focus();
    await page.keyboard.press('t');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Capacity' }).fill('300');
    await page.keyboard.press('Enter');
    await expect(page.getByText(SAVED)).toBeVisible();

    const [zone] = (await api.get<Draft>(`plans/${plan}/draft/`)).zones;
    expect(zone?.name).toBe('Section 1');
    expect(zone?.rows.at(-1)?.seats).toHaveLength(8);
    expect(zone?.rows[0]).toMatchObject({ row_number: 'A' });
    expect(zone?.areas.map(({ standing }) => standing?.capacity)).toEqual([undefined, 300]);

    // What was built is there after the page is opened again, and undo starts anew.
    await page.reload();
    await stage.waitFor();
    await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
    await page.getByRole('button', { name: /^Save as version/ }).click();
    await expect(page.getByText(/^Saved as version 1/)).toBeVisible();

    await page.getByRole('tab', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Check the plan' }).click();
    await expect(page.getByText(/problems?\. Click|No problems found/)).toBeVisible();
  },
);

test(
  'two people who edit the same plan both keep what they have made @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const first = await enter('admin');
    const plan = await newPlan(first);
    const second = await enter('admin');
    for (const { page } of [first, second]) {
      await page.goto(`/organise/plans/${plan}/edit`);
      await page.getByRole('application', { name: 'Seating plan' }).focus();
    }
    await addRow(first);
    await expect(first.page.getByText(SAVED)).toBeVisible();
    await addRow(second);
    await addRow(second);
    const dialog = second.page.getByRole('dialog', { name: /Somebody else has saved/ });
    await expect(dialog).toContainText('admin saved it on');
    await dialog.getByRole('button', { name: 'Open my copy' }).click();
    await expect(second.page).not.toHaveURL(new RegExp(`plans/${plan}/edit`));
    await expect(second.page.getByText('32 seats')).toBeVisible();
    await first.page.reload();
    await expect(first.page.getByText('16 seats')).toBeVisible();
  },
);

test(
  'an SVG to trace is stored as pixels, and runs and fetches nothing @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const person = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const { page, api } = person;
    const plan = await newPlan(person);
    await page.goto(`/organise/plans/${plan}/edit`);
    await page.getByRole('application', { name: 'Seating plan' }).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const choose = (content: string) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'hall.svg',
        mimeType: 'image/svg+xml',
        buffer: Buffer.from(content),
      });

    await choose(`<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>${HALL}`);
    await expect(page.getByText(/^This is not a picture that can be used/)).toBeVisible();

    await choose(HALL);
    await expect(page.getByText(SAVED)).toBeVisible();
    const { background } = await api.get<{ background: Background }>(`plans/${plan}/draft/`);
    expect(background.width / background.height).toBeCloseTo(2, 2);
    expect(background.href).toMatch(/^data:image\/jpeg;base64,/);
    // The left half is red by a style, the right one has nothing.
    const pixels = await page.evaluate(async (href) => {
      const bytes = Uint8Array.from(atob(href.split(',')[1] ?? ''), (letter) =>
        letter.charCodeAt(0),
      );
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const places = [
        [0.25, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const;
      return places.map(([x, y]) => [
        ...(context?.getImageData(x * bitmap.width, y * bitmap.height, 1, 1).data ?? []),
      ]);
    }, background.href);
    for (const [red = 0, green = 0] of pixels.slice(0, 2)) {
      expect(red).toBeGreaterThan(240);
      expect(green).toBeLessThan(20);
    }
    expect(pixels[2]?.slice(0, 3).every((part) => part > 250)).toBe(true);
    expect(asked.filter((address) => address.includes('tracked'))).toEqual([]);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  },
);

interface Background {
  readonly href: string;
  readonly width: number;
  readonly height: number;
}

/** Without a size in pixels, and with all that an SVG may bring along. */
const HALL = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" onload="window.ran = 1">
  <script>window.ran = 1; fetch('/tracked-script');</script>
  <style>@import url('/tracked-style.css'); rect { fill: red; }</style>
  <image href="/tracked-image.png" x="100" width="50" height="50"/>
  <use href="/tracked-use.svg#all"/>
  <rect width="100" height="50"/>
  <path d="M0 50h100v50H0z" style="fill: red"/>
</svg>`;

async function newPlan({ api }: Person): Promise<number> {
  const name = `Hall ${crypto.randomUUID()}`;
  await api.post('organisations/', { name });
  const organisations = await api.get<Summary[]>('organisations/');
  const organisation = organisations.find((one) => one.name === name);
  if (organisation === undefined) throw new Error('The organisation was not made');
  await api.post(`organisations/${organisation.id}/plans/`, { name, categories: [], zones: [] });
  const [plan] = await api.get<Summary[]>(`organisations/${organisation.id}/plans/`);
  if (plan === undefined) throw new Error('The plan was not made');
  return plan.id;
}

async function addRow({ page }: Person): Promise<void> {
  await page.getByRole('application', { name: 'Seating plan' }).focus();
  await page.keyboard.press('r');
  await page.keyboard.press('Enter');
}

async function drag(
  stage: Locator,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): Promise<void> {
  const { x = 0, y = 0 } = (await stage.boundingBox()) ?? {};
  const { mouse } = stage.page();
  await mouse.move(x + fromX, y + fromY);
  await mouse.down();
  await mouse.move(x + toX, y + toY, { steps: 5 });
  await mouse.up();
}
