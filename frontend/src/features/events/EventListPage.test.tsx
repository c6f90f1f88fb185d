import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { EventSummary } from '@/api/types';
import { EventListPage } from '@/features/events/EventListPage';
import { makeEvent } from '@/testing/factories';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';

const FIRST = 'get events/?limit=24';
const SECOND = 'get events/?limit=24&after=2030-06-01T18%3A00%3A00Z%2F2';
const LINK =
  '<https://api.example/api/events/?limit=24&after=2030-06-01T18%3A00%3A00Z%2F2>; rel="next"';

function events(...ids: number[]): EventSummary[] {
  return ids.map((id) => makeEvent({ id, name: `Event ${id}` }));
}

/** The list with its first page, events 1 and 2, and a second page. */
async function open() {
  const server = new FakeServer();
  server.on(FIRST, [200, events(1, 2), { link: LINK }]);
  const { user } = renderPage({ '/': <EventListPage /> }, '/');
  const more = await screen.findByRole('button', { name: 'More events' });
  return { server, user, more };
}

function shown(): (string | null)[] {
  return screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent);
}

it('shows no button if all events fit on one page', async () => {
  new FakeServer().on(FIRST, [200, events(1, 2)]);
  renderPage({ '/': <EventListPage /> }, '/');
  await screen.findByText('Event 1');
  expect(shown()).toEqual(['Event 1', 'Event 2']);
  expect(screen.queryByRole('button')).toBeNull();
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
  expect(screen.queryByRole('button')).toBeNull();
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
