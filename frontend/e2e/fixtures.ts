import {
  test as base,
  type APIRequestContext,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';

import type { EventSettings, EventSummary, Reservation, Seat } from '../src/api/types';

export const DEMO_PASSWORD = process.env['DEMO_PASSWORD'] ?? 'seatcast-demo';
/** For new accounts; must not resemble their usernames. */
export const OWN_PASSWORD = 'seven-green-lamps';
/** For tests that need Chromium's driver; see CONTRIBUTING.md. */
export const ONLY_CHROMIUM = { tag: '@chromium' };
const SITE = process.env['BASE_URL'] ?? 'http://127.0.0.1:8000';
const STADIUM = 10_000;

type User = 'alice' | 'bob' | 'carol' | 'admin' | 'door' | 'anonymous' | 'somebody new';

export interface Person {
  readonly name: string;
  readonly page: Page;
  readonly api: Api;
}

export interface Fixtures {
  /**
   * Open a browser for a user. Afterwards their locks are released and their reservations
   * cancelled.
   */
  readonly enter: (who: User, options?: BrowserContextOptions) => Promise<Person>;
}

/** Inspect the page in this state, and leave it as it was. */
export type Inspect = (page: Page, name: string) => Promise<void>;

export interface TourOptions {
  readonly enter: Fixtures['enter'];
  readonly request: APIRequestContext;
  readonly options: BrowserContextOptions;
  readonly inspect: Inspect;
}

export const test = base.extend<Fixtures>({
  enter: async ({ browser }, use) => {
    const entered: { context: BrowserContext; api: Api }[] = [];
    const faults: Error[] = [];
    await use(async (who, options = {}) => {
      const context = await browser.newContext(options);
      const api = new Api(context.request);
      entered.push({ context, api });
      const name = await signIn(api, who);
      const page = await context.newPage();
      page.on('pageerror', (fault) => {
        // Firefox also reports failed requests here, as errors without a name.
        if (fault.name !== '') faults.push(fault);
      });
      page.on('console', (message) => {
        if (isPolicyViolation(message.text())) faults.push(new Error(message.text()));
      });
      return { name, page, api };
    });
    for (const { context, api } of entered) {
      await api.releaseEverything();
      await context.close();
    }
    if (faults.length > 0) throw new AggregateError(faults, 'A page did what no page should');
  },
});

/** Whether a console message reports a policy violation. */
function isPolicyViolation(message: string): boolean {
  return /content security policy|permissions policy/i.test(message);
}

async function signIn(api: Api, who: User): Promise<string> {
  if (who === 'anonymous') return '';
  if (who === 'somebody new') {
    const username = `guest-${crypto.randomUUID().slice(0, 13)}`;
    await api.post('register/', { username, password: OWN_PASSWORD });
    return username;
  }
  await api.post('login/', { username: who, password: DEMO_PASSWORD });
  return who;
}

/** The API with a browser's cookies. */
export class Api {
  readonly #request: APIRequestContext;

  constructor(request: APIRequestContext) {
    this.#request = request;
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.#request.get(`/api/${path}`);
    if (!response.ok()) throw new Error(`GET ${path}: ${response.status()}`);
    return (await response.json()) as T;
  }

  async post<T>(path: string, body: object = {}): Promise<T> {
    return this.#send<T>('POST', path, body);
  }

  /** `revision` is the one that is edited. */
  async put<T>(path: string, body: object, revision: number): Promise<T> {
    return this.#send<T>('PUT', path, body, { 'If-Match': `"${revision}"` });
  }

  async patch<T>(path: string, body: object, revision: number): Promise<T> {
    return this.#send<T>('PATCH', path, body, { 'If-Match': `"${revision}"` });
  }

  async #send<T>(
    method: string,
    path: string,
    body: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    await this.#request.get('/api/csrf/');
    const { cookies } = await this.#request.storageState();
    const token = cookies.find(({ name }) => name === 'csrftoken')?.value ?? '';
    const response = await this.#request.fetch(`/api/${path}`, {
      method,
      data: body,
      // Django requires the Origin header over TLS.
      headers: { 'X-CSRFToken': token, Origin: SITE, ...headers },
    });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()}`);
    return (await response.json()) as T;
  }

  /** Return `count` consecutive free seats of the list, after skipping `skip`. */
  async freeSeats(eventId: number, count: number, skip = 0): Promise<Seat[]> {
    const seats = await this.get<Seat[]>(`events/${eventId}/seats/`);
    const free = seats.filter(({ is_available: isAvailable }) => isAvailable);
    if (free.length < skip + count) throw new Error(`Event ${eventId} is nearly sold out`);
    return free.slice(skip, skip + count);
  }

  async releaseEverything(): Promise<void> {
    const me = await this.#request.get('/api/me/');
    if (!me.ok()) return;
    for (const { id } of await this.get<EventSummary[]>('events/')) {
      const held = await this.get<Seat[]>(`events/${id}/locks/`);
      if (held.length > 0) {
        await this.post(`events/${id}/unlock/`, { seat_ids: held.map((seat) => seat.id) });
      }
    }
    for (const { id, status } of await this.get<Reservation[]>('reservations/')) {
      if (status === 'confirmed') await this.post(`reservations/${id}/cancel/`);
    }
  }
}

interface DemoEvents {
  readonly club: EventSummary;
  readonly theatre: EventSummary;
  readonly upcoming: EventSummary;
  /** Undefined unless the demo was made with it. */
  readonly stadium: EventSummary | undefined;
}

export async function demoEvents(request: APIRequestContext): Promise<DemoEvents> {
  const events = await new Api(request).get<EventSummary[]>('events/');
  const find = (what: string, test: (event: EventSummary) => boolean) => {
    const event = events.find(test);
    if (event === undefined) throw new Error(`The demo data has no ${what}`);
    return event;
  };
  return {
    club: find('club', ({ sales, seats_total: total }) => sales === 'open' && total === 120),
    theatre: find(
      'theatre',
      ({ sales, seats_total: total }) => sales === 'open' && total > 500 && total < STADIUM,
    ),
    upcoming: find('event that is not on sale yet', ({ sales }) => sales === 'upcoming'),
    stadium: events.find(({ seats_total: total }) => total >= STADIUM),
  };
}

/** How pages and tickets of bookings name a seat: "row A, seat 11", in English. */
export function seatWords({ row, number }: Seat): RegExp {
  return new RegExp(`${row}, seat ${number}(?!\\d)`);
}

export function seatOn(page: Page, { seat_number: seatNumber }: Seat): Locator {
  const literal = seatNumber.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return page.getByRole('button', { name: new RegExp(`^Seat ${literal},`) });
}

/** As an organiser, set an event's lock time, at least 10; null for the site's default. */
export async function setLockSeconds(
  organiser: Person,
  event: EventSummary,
  seconds: number | null,
): Promise<void> {
  await editEvent(organiser, event, { lock_seconds: seconds });
}

/** As an organiser, set an event's visibility. */
export async function setVisibility(
  organiser: Person,
  event: EventSummary,
  audience: 'public' | 'members',
): Promise<void> {
  await editEvent(organiser, event, { visibility: audience });
}

async function editEvent({ api }: Person, { id }: EventSummary, changes: object): Promise<void> {
  const path = `events/${id}/settings/`;
  const { revision } = await api.get<EventSettings>(path);
  await api.patch(path, changes, revision);
}

/** Open an event's seat selector and wait until it is live. */
export async function openLive(page: Page, { id }: EventSummary): Promise<void> {
  await page.goto(`/events/${id}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await page
    .getByRole('button', { name: /^Seat / })
    .first()
    .waitFor();
}

/** Wait for the service worker to be active. Needs `serviceWorkers: 'allow'`. */
export async function workerIsReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active === null || active.state === 'activated') return;
    await new Promise((resolve) => {
      active.addEventListener('statechange', resolve);
    });
  });
}

export function pick<T>(list: readonly T[], index = 0): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`There is no item ${index}`);
  return item;
}

/** Tap in the middle of an element like a finger, without Playwright's checks. */
export async function tapAt(place: Locator): Promise<void> {
  const box = await place.boundingBox();
  if (box === null) throw new Error('It is not on screen');
  await place.page().touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
}

export async function tabUntil(wanted: Locator): Promise<void> {
  const MOST_STOPS = 40;
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await wanted.page().keyboard.press('Tab');
    if ((await wanted.count()) > 0) return;
  }
  throw new Error('The Tab key does not lead there');
}
