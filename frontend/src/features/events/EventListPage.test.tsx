import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { EventSummary } from '@/api/types';
import { EventListPage } from '@/features/events/EventListPage';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';
import { ALICE } from '@/testing/selectorHarness';

afterEach(() => {
  vi.useRealTimers();
  window.history.replaceState(null, '', '/');
});

const FIRST = 'get events/?limit=24&upcoming=true';
const SECOND = 'get events/?limit=24&upcoming=true&after=2030-06-01T18%3A00%3A00Z%2F2';
const LINK =
  '<https://api.example/api/events/?limit=24&upcoming=true&after=2030-06-01T18%3A00%3A00Z%2F2>; rel="next"';

function events(...ids: number[]): EventSummary[] {
  return ids.map((id) => makeEvent({ id, name: `Event ${id}` }));
}

const MINIATURE = {
  plan: { width: 140, height: 80, seat_radius: 10, shapes: [] },
  colors: [],
  xs: [],
  ys: [],
  color: [],
  free: [],
};

function withHalls(server: FakeServer): FakeServer {
  for (let id = 1; id <= 9; id++) server.on(`get events/${id}/miniature/`, [200, MINIATURE]);
  return server;
}

/** The list with its first page, events 1 and 2, and a second page. */
async function open() {
  const server = withHalls(new FakeServer());
  server.on(FIRST, [200, events(1, 2), { link: LINK }]);
  const { user } = renderPage({ '/': <EventListPage /> }, '/');
  const more = await screen.findByRole('button', { name: 'More events' });
  return { server, user, more };
}

function shown(): (string | null)[] {
  return screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent);
}

it('shows no button if all events fit on one page', async () => {
  withHalls(new FakeServer()).on(FIRST, [200, events(1, 2)]);
  renderPage({ '/': <EventListPage /> }, '/');
  await screen.findByText('Event 1');
  expect(shown()).toEqual(['Event 1', 'Event 2']);
  expect(screen.queryByRole('button', { name: /more events/i })).toBeNull();
});

it("shows the release's version", async () => {
  withHalls(new FakeServer()).on(FIRST, [200, events(1)]);
  renderPage({ '/': <EventListPage /> }, '/');
  expect(await screen.findByText(/^Seatcast \d+\.\d+\.\d+$/)).toBeDefined();
});

it('loads the next page by keyboard, announces the count and focuses its first event', async () => {
  const { server, user, more } = await open();
  server.on(SECOND, [200, events(3, 4)]);
  more.focus();
  await user.keyboard('{Enter}');
  await screen.findByText('Event 3');
  expect(shown()).toEqual(['Event 1', 'Event 2', 'Event 3', 'Event 4']);
  expect(within(screen.getByRole('status')).getByText('2 more events')).toBeDefined();
  expect(document.activeElement?.textContent).toBe('Event 3');
  expect(screen.queryByRole('button', { name: /more events/i })).toBeNull();
});

it('keeps the focus on the button while loading and requests once', async () => {
  const { server, user, more } = await open();
  const answer = server.defer(SECOND);
  await user.click(more);
  await user.keyboard('{Enter}');
  const busy = screen.getByRole('button', { name: 'Loading more events…' });
  expect(document.activeElement).toBe(busy);
  expect(server.requests.filter(({ call }) => call === SECOND)).toHaveLength(1);
  answer([200, events(3)]);
  await screen.findByText('Event 3');
});

it('leaves the focus alone if the user moved on', async () => {
  const { server, user, more } = await open();
  const answer = server.defer(SECOND);
  await user.click(more);
  const elsewhere = screen.getByRole('link', { name: 'Event 1' });
  elsewhere.focus();
  answer([200, events(3)]);
  await screen.findByText('Event 3');
  expect(document.activeElement).toBe(elsewhere);
});

it('shows an event once that moved between pages', async () => {
  const { server, user, more } = await open();
  server.on(SECOND, [200, events(2, 3)]);
  await user.click(more);
  await screen.findByText('Event 3');
  expect(shown()).toEqual(['Event 1', 'Event 2', 'Event 3']);
});

it('shows why the next page failed, keeps the list and retries', async () => {
  const { server, user, more } = await open();
  const refused = { error: 'Not today.', code: 'other' };
  server.replyInTurn(SECOND, [400, refused], [200, events(3)]);
  await user.click(more);
  expect(await screen.findByText('Not today.')).toBeDefined();
  expect(shown()).toEqual(['Event 1', 'Event 2']);
  await user.click(screen.getByRole('button', { name: 'More events' }));
  await screen.findByText('Event 3');
  expect(screen.queryByText('Not today.')).toBeNull();
});

describe('the search', () => {
  const SEARCH = 'get events/?limit=24&upcoming=true&search=late+set';

  function openSearch(address = '/') {
    const server = withHalls(new FakeServer());
    server.on(FIRST, [200, events(1, 2)]);
    const { user, router } = renderPage({ '/': <EventListPage /> }, address);
    const words = screen.getByRole('searchbox', { name: 'Search' });
    return { server, user, router, words };
  }

  it('applies shortly after the last letter, announces the count and is in the address', async () => {
    const { server, user, router, words } = openSearch();
    await screen.findByText('Event 1');
    server.on(SEARCH, [200, events(3)]);
    await user.type(words, 'late  set');
    await screen.findByText('Event 3');
    expect(shown()).toEqual(['Event 3']);
    await within(screen.getByRole('status')).findByText('1 event found');
    expect(router.state.location.search).toBe('?search=late++set');
    expect(server.requests.filter(({ call }) => call.includes('search='))).toHaveLength(1);
    expect(document.activeElement).toBe(words);
  });

  it('does not lead back from a link that was followed before the words applied', () => {
    vi.useFakeTimers();
    const { router, words } = openSearch();
    fireEvent.change(words, { target: { value: 'late' } });
    window.history.pushState(null, '', '/events/1');
    vi.runAllTimers();
    expect(router.state.location.search).toBe('');
  });

  it('says that nothing was found, and leads back to all events', async () => {
    const { server, user } = openSearch('/?search=late+set');
    server.on(SEARCH, [200, []]);
    expect(await screen.findByText('Nothing found')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'See all events' }));
    expect(await screen.findByText('Event 1')).toBeDefined();
    expect(screen.getByRole('searchbox')).toHaveProperty('value', '');
    expect(screen.queryByRole('button', { name: 'Clear' })).toBeNull();
  });

  it('asks for days anywhere on earth, and shows those of the event’s own calendar', async () => {
    const { server } = openSearch('/?from=2026-12-18&until=2026-12-18');
    server.on(
      'get events/?limit=24&starts_from=2026-12-17T10%3A00%3A00.000Z' +
        '&starts_before=2026-12-19T12%3A00%3A00.000Z',
      [
        200,
        [
          makeEvent({
            id: 1,
            name: 'Late',
            date: '2026-12-18T23:30:00Z',
            time_zone: 'Europe/Lisbon',
          }),
          makeEvent({
            id: 2,
            name: 'Next',
            date: '2026-12-18T23:30:00Z',
            time_zone: 'Europe/Athens',
          }),
        ],
      ],
    );
    await screen.findByText('Late');
    expect(shown()).toEqual(['Late']);
    expect(screen.getByLabelText('From')).toHaveProperty('value', '2026-12-18');
  });

  it('says that the days are the wrong way round', async () => {
    openSearch('/?from=2026-12-20&until=2026-12-18');
    const until = await screen.findByLabelText('Until');
    expect(screen.getByText('This day is before the first one.').id).toBe(
      until.getAttribute('aria-describedby'),
    );
  });

  it('ignores days in the address that are none', async () => {
    openSearch('/?from=2026-13-01&until=soon');
    expect(await screen.findByText('Event 1')).toBeDefined();
  });
});

it.each([
  ['sold out', { seats_available: 0 }, 'Sold out', /^No seat is free now/],
  [
    'not on sale yet',
    { sales: 'upcoming', sales_open_at: '2999-11-25T09:00:00Z', time_zone: 'Asia/Tokyo' },
    'Not on sale yet',
    /^Sales open on Mon, 25 Nov 2999, 18:00 .+, in [\d,]+ days$/,
  ],
  [
    'closed',
    { sales: 'closed', sales_close_at: '2026-11-20T12:00:00Z' },
    'Sales closed',
    /^Sales ended on Fri, 20 Nov 2026/,
  ],
  ['without seats', { seats_total: 0, seats_available: 0 }, 'No seats yet', /^The seats are not/],
] satisfies [string, Partial<EventSummary>, string, RegExp][])(
  'a card says what to do if its event is %s',
  async (_, changes, tag, note) => {
    const server = withHalls(new FakeServer());
    server.on(FIRST, [200, [makeEvent({ id: 1, ...changes })]]);
    renderPage({ '/': <EventListPage /> }, '/');
    expect(await screen.findByText(tag)).toBeDefined();
    expect(screen.getByText(note)).toBeDefined();
    expect(screen.queryByText('On sale')).toBeNull();
  },
);

it.each([
  ['an organiser', ['reservations.view_reservation'], 1],
  ['somebody who may begin to organise', ['organisations.add_organisation'], 1],
  ['a buyer', [], 0],
] as const)(
  'has a link to the organisers’ pages for %s only if there is anything for them',
  async (_, permissions, links) => {
    const server = withHalls(new FakeServer());
    server.on('get me/', [200, { ...ALICE, permissions }]);
    server.on(FIRST, [200, events(1)]);
    renderPage({ '/': <EventListPage /> }, '/');
    await screen.findByText('Event 1');
    await waitFor(() => {
      expect(screen.queryAllByRole('link', { name: 'Organise' })).toHaveLength(links);
    });
  },
);
