import { expect, type Locator, type Page } from '@playwright/test';

import {
  demoEvents,
  ONLY_CHROMIUM,
  openLive,
  OWN_PASSWORD,
  pick,
  seatOn,
  seatWords,
  test,
} from './fixtures';
import { linkMailedTo } from './mails';

test(
  'the box office releases a hold and sells with a rectangle, while the buyer watches',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const buyer = await enter('somebody new');
    const clerk = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const [held, wanted, kept] = await buyer.api.freeSeats(club.id, 3, 85);
    if (held === undefined || wanted === undefined || kept === undefined) {
      throw new Error('Three seats are needed');
    }
    await openLive(buyer.page, club);
    await seatOn(buyer.page, held).click();
    await expect(seatOn(buyer.page, held)).toHaveAccessibleName(/held by you/);

    const { page } = clerk;
    await page.goto(`/organise/events/${club.id}/box-office`);
    await page.getByText('Live', { exact: true }).waitFor();
    await seatOn(page, held).click();
    await expect(page.getByText(`Held by ${buyer.name} since`)).toBeVisible();
    await page.getByRole('button', { name: 'Release the hold' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await expect(
      buyer.page.getByText(new RegExp(`The box office has released .*${seatWords(held).source}`)),
    ).toBeVisible();

    await dragAround(page, seatOn(page, kept));
    await page.getByRole('button', { name: 'Keep or block' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Zoe Zimmer');
    await page.getByRole('button', { name: 'Keep off sale' }).click();
    await expect(seatOn(buyer.page, kept)).toHaveAttribute('data-status', 'blocked');

    await dragAround(page, seatOn(page, wanted));
    await page.keyboard.down('Shift');
    await seatOn(page, kept).click();
    await page.keyboard.up('Shift');
    await expect(page.getByRole('heading', { name: '2 seats selected' })).toBeVisible();
    await page.getByRole('button', { name: 'Sell', exact: true }).click();
    await expect(page.getByLabel('Name of the buyer')).toHaveValue('Zoe Zimmer');
    await page.getByRole('button', { name: /^Sell for/ }).click();
    await expect(page.getByRole('heading', { name: 'Sold' })).toBeVisible();
    for (const seat of [wanted, kept]) {
      await expect(seatOn(buyer.page, seat)).toHaveAttribute('data-status', 'reserved');
    }

    await page.getByRole('link', { name: 'Open and print' }).click();
    await page.getByRole('heading', { name: club.name }).waitFor();
    const id = new URL(page.url()).pathname.split('/').pop() ?? '';
    await clerk.api.post(`reservations/${id}/cancel/`);
    await expect(seatOn(buyer.page, wanted)).toHaveAttribute('data-status', 'available');
    await page.reload();
    await expect(page.getByText(/^The box office is to pay back/)).toBeVisible();
  },
);

test(
  'a walk-up sale needs no name, and its mailed link opens the booking, which the owner of the address takes over',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const { page } = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const owner = await enter('somebody new');
    const stranger = await enter('anonymous');
    const address = `${crypto.randomUUID().slice(0, 8)}@example.org`;
    const seat = pick(await owner.api.freeSeats(club.id, 1, 88));
    await page.goto(`/organise/events/${club.id}/box-office`);
    await page.getByText('Live', { exact: true }).waitFor();
    await seatOn(page, seat).click();
    await page.getByRole('button', { name: 'Sell', exact: true }).click();
    await page.getByLabel('E-mail').fill(address);
    await page.getByRole('button', { name: /^Sell for/ }).click();
    await expect(page.getByRole('heading', { name: 'Sold' })).toBeVisible();
    const link = await linkMailedTo(address, /\/reservations\/\w+#token=[\w:.-]+/);

    await stranger.page.goto(link);
    await expect(stranger.page.getByText(seatWords(seat)).first()).toBeVisible();
    await expect(stranger.page.getByText(`in our mail to ${address}`)).toBeVisible();

    await owner.api.post('email/change/', { email: address, password: OWN_PASSWORD });
    await owner.page.goto(await linkMailedTo(address, /\/email\/confirm#[\w:.&=-]+/));
    await owner.page.getByRole('button', { name: 'Confirm this address' }).click();
    await owner.page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
    await owner.page.goto(link);
    await expect(owner.page.getByText(seatWords(seat)).first()).toBeVisible();
    await owner.page.getByRole('button', { name: 'Add to my account' }).click();
    await expect(owner.page.getByText('The booking is in your account now.')).toBeVisible();
    await owner.page.goto('/reservations');
    await expect(owner.page.getByText(seatWords(seat)).first()).toBeVisible();
  },
);

test(
  'kept seats are unselected by Escape and by a click on the empty map, and a new promo code is shown and usable at once',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const buyer = await enter('somebody new');
    const clerk = await enter('admin', { viewport: { width: 1440, height: 900 } });
    const { page } = clerk;
    const seat = pick(await clerk.api.freeSeats(club.id, 1, 89));
    const channel = `Bank ${crypto.randomUUID().slice(0, 8)}`;
    await openLive(buyer.page, club);
    await page.goto(`/organise/events/${club.id}/box-office`);
    await page.getByText('Live', { exact: true }).waitFor();
    await seatOn(page, seat).click();
    await page.getByRole('button', { name: 'Keep or block' }).click();
    await page.getByRole('radio', { name: 'For a sponsor or seller' }).check();
    await page.getByLabel('Name of the sponsor or seller').fill(channel);
    await page.getByRole('button', { name: 'Keep off sale' }).click();

    const selected = page.getByRole('heading', { name: '1 seat selected' });
    const nothing = page.getByRole('heading', { name: 'Nothing is selected' });
    await page.getByRole('button', { name: 'Select them' }).click();
    await expect(selected).toBeVisible();
    // The map has moved to the seat, and ignores clicks that were meant for what was there before.
    await expect(page.locator('.map__frame[data-guarded]')).toHaveCount(0);
    await page.mouse.click(...(await emptyPlace(page)));
    await expect(nothing).toBeVisible();
    await seatOn(page, seat).click();
    await expect(selected).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(nothing).toBeVisible();

    await page.getByRole('button', { name: 'New code' }).click();
    await page.getByRole('combobox', { name: 'For' }).selectOption({ label: channel });
    await page.getByRole('button', { name: 'Create' }).click();
    const code = page.getByRole('listitem').filter({ hasText: `${channel}, 0 of 1 seats used` });
    await expect(code).toHaveCount(1);
    const text = await code.locator('b').innerText();

    await expect(seatOn(buyer.page, seat)).toHaveAttribute('data-status', 'blocked');
    await buyer.page.goto(`/events/${club.id}?code=${text}`);
    await expect(seatOn(buyer.page, seat)).toHaveAttribute('data-status', 'available');
    await seatOn(buyer.page, seat).click();
    await expect(seatOn(buyer.page, seat)).toHaveAccessibleName(/held by you/);

    await buyer.api.post(`events/${club.id}/unlock/`, { seat_ids: [seat.id] });
    await clerk.api.post(`events/${club.id}/box-office/unblock/`, { seat_ids: [seat.id] });
  },
);

/** A point of the map on the screen that is far from all seats and buttons. */
async function emptyPlace(page: Page): Promise<[x: number, y: number]> {
  const place = await page.evaluate(() => {
    const [FAR_PX, STEP_PX] = [40, 10];
    const frame = document.querySelector('.map__frame');
    const buttons = [...(frame?.querySelectorAll('button') ?? [])].map((each) =>
      each.getBoundingClientRect(),
    );
    const { left, top, right, bottom } = frame?.getBoundingClientRect() ?? new DOMRect();
    for (let y = top + STEP_PX; y < bottom; y += STEP_PX) {
      for (let x = left + STEP_PX; x < right; x += STEP_PX) {
        const isEmpty = buttons.every(
          (box) =>
            x < box.left - FAR_PX ||
            x > box.right + FAR_PX ||
            y < box.top - FAR_PX ||
            y > box.bottom + FAR_PX,
        );
        if (isEmpty && document.elementFromPoint(x, y)?.closest('.map__frame') === frame)
          return [x, y] as [number, number];
      }
    }
    return null;
  });
  if (place === null) throw new Error('The map is full of seats');
  return place;
}

/** Drag a rectangle around a seat. */
async function dragAround(page: Page, seat: Locator): Promise<void> {
  const box = await seat.boundingBox();
  if (box === null) throw new Error('It is not on screen');
  await page.mouse.move(box.x - 1, box.y - 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 1, box.y + box.height + 1, { steps: 4 });
  await page.mouse.up();
}

test(
  'on a phone, a finger selects several seats, and two fingers zoom @thorough',
  ONLY_CHROMIUM,
  async ({ enter, request }) => {
    const { club } = await demoEvents(request);
    const { page, api } = await enter('admin', {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    const [first, second] = await api.freeSeats(club.id, 2, 40);
    if (first === undefined || second === undefined) throw new Error('Two seats are needed');
    await page.goto(`/organise/events/${club.id}/box-office`);
    await page.getByText('Live', { exact: true }).waitFor();
    await expect(page.getByRole('link', { name: 'Organise', exact: true })).toBeInViewport({
      ratio: 1,
    });
    const title = page.getByRole('heading', { level: 1 });
    expect(await title.evaluate((it) => it.scrollWidth <= it.clientWidth)).toBe(true);
    await page.getByRole('radio', { name: 'Select' }).check();
    const [one, other] = [
      await middleOf(seatOn(page, first)),
      await middleOf(seatOn(page, second)),
    ];
    const touch = await fingers(page);
    await touch('touchStart', [one.x - 4, one.y - 4]);
    await touch('touchMove', [other.x, other.y]);
    await touch('touchMove', [other.x + 4, other.y + 4]);
    await touch('touchEnd');
    const selected = page.getByRole('heading', { name: '2 seats selected' });
    await expect(selected).toBeVisible();

    await touch('touchStart', [one.x, one.y]);
    await touch('touchMove', [one.x + 20, one.y]);
    await touch('touchStart', [one.x + 20, one.y], [one.x + 40, one.y]);
    await touch('touchMove', [one.x + 20, one.y], [one.x + 90, one.y]);
    await touch('touchMove', [one.x + 20, one.y], [one.x + 160, one.y]);
    await touch('touchEnd');
    await expect(page.getByRole('button', { name: 'Zoom out' })).toBeEnabled();
    await expect(selected).toBeVisible();
    const zoomed = await middleOf(seatOn(page, first));
    await page.getByRole('radio', { name: 'Move the map' }).check();
    await touch('touchStart', [200, 300]);
    await touch('touchMove', [200, 320]);
    await touch('touchMove', [200, 340]);
    await touch('touchEnd');
    await expect
      .poll(async () => (await middleOf(seatOn(page, first))).y)
      .toBeGreaterThan(zoomed.y + 15);
    await expect(selected).toBeVisible();

    // The overview goes, and is in nobody's way meanwhile.
    const minimap = page.locator('.minimap');
    await expect(minimap).toHaveCSS('opacity', '0');
    const { x, y } = await middleOf(minimap);
    const isOfMap = await page.evaluate(
      ([left, top]) => document.elementFromPoint(left, top)?.closest('.map__frame') != null,
      [x, y] as const,
    );
    expect(isOfMap).toBe(true);
  },
);

type Finger = readonly [x: number, y: number];

/** Returns a function that touches the screen with some fingers. */
async function fingers(
  page: Page,
): Promise<(type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: Finger[]) => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  return async (type, ...at) => {
    const touchPoints = at.map(([x, y], id) => ({ x, y, id }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
}

async function middleOf(seat: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await seat.boundingBox();
  if (box === null) throw new Error('It is not on screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
