import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Delivery, Webhook } from '@/api/types';
import { WebhooksTab } from '@/features/organise/webhooks/WebhooksTab';
import { FakeServer } from '@/testing/fakeServer';
import { renderPage } from '@/testing/renderPage';

const HOOK: Webhook = {
  id: 7,
  url: 'https://crm.example.org/hook',
  description: 'The accounts',
  kinds: ['booking.created'],
  is_enabled: true,
  disabled_because: null,
  failing_since: null,
  old_secret_until: null,
  created_at: '2026-11-23T10:00:00Z',
  pending: 2,
  failed: 1,
};
const FAILED: Delivery = {
  id: 31,
  message_id: 'msg_1',
  kind: 'booking.created',
  created_at: '2026-11-23T10:00:00Z',
  state: 'failed',
  due_at: null,
  attempts: 10,
  attempted_at: '2026-11-26T10:00:00Z',
  duration_ms: 12,
  status_code: 500,
  error: 'status',
  request: '{"type":"booking.created"}',
  response: 'Oh!',
};

function open(webhooks: readonly Webhook[] = [HOOK]) {
  const server = new FakeServer();
  server.on('get organisations/3/webhooks/', [200, webhooks]);
  server.on('get organisations/3/feed/?limit=1', [
    200,
    { is_open: true, messages: [], after: 0, has_more: false },
  ]);
  return { server, ...renderPage({ '/': <WebhooksTab organisation={{ id: 3 }} /> }, '/') };
}

it('shows the secret of a new webhook once', async () => {
  const { server, user } = open([]);
  await user.click(await screen.findByRole('button', { name: 'New webhook' }));
  await user.type(screen.getByRole('textbox', { name: 'URL of the receiver' }), HOOK.url);
  for (const rest of screen.getAllByRole('checkbox').slice(1)) await user.click(rest);
  server.on('post organisations/3/webhooks/', [201, { ...HOOK, secret: 'whsec_abc' }]);
  await user.click(screen.getByRole('button', { name: 'Create webhook' }));
  const dialog = within(await screen.findByRole('alertdialog'));
  expect(dialog.getByRole<HTMLInputElement>('textbox', { name: 'Secret' }).value).toBe('whsec_abc');
  const sent = server.requests.find(({ call }) => call.startsWith('post'));
  expect(sent?.body).toEqual({ url: HOOK.url, description: '', kinds: ['booking.created'] });
  await user.click(dialog.getByRole('button', { name: 'I have kept it' }));
  expect(screen.queryByDisplayValue('whsec_abc')).toBeNull();
  expect(document.activeElement?.textContent).toBe('New webhook');
});

it('returns the focus to the button that asked for a new secret', async () => {
  const { server, user } = open();
  await user.click(await screen.findByRole('button', { name: 'New secret' }));
  server.on('post organisations/3/webhooks/7/secret/', [200, { ...HOOK, secret: 'whsec_new' }]);
  const question = within(await screen.findByRole('alertdialog'));
  await user.click(question.getByRole('button', { name: 'New secret' }));
  expect(await screen.findByDisplayValue('whsec_new')).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'I have kept it' }));
  expect(document.activeElement?.textContent).toBe('New secret');
});

it('says at the field why a URL cannot be used', async () => {
  const { server, user } = open([]);
  await user.click(await screen.findByRole('button', { name: 'New webhook' }));
  const url = screen.getByRole('textbox', { name: 'URL of the receiver' });
  await user.type(url, 'https://10.0.0.1/');
  const why = 'This address is not on the public Internet.';
  server.on('post organisations/3/webhooks/', [
    400,
    { code: 'invalid', error: `url: ${why}`, fields: { url: [why] } },
  ]);
  await user.click(screen.getByRole('button', { name: 'Create webhook' }));
  expect(await screen.findByText(why)).toBeDefined();
  expect(url.getAttribute('aria-invalid')).toBe('true');
});

it('shows what came of a message, and sends one or all again', async () => {
  const { server, user } = open();
  server.on('get organisations/3/webhooks/7/deliveries/?limit=20', [200, [FAILED]]);
  expect(await screen.findByText('2 messages wait · 1 given up')).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Deliveries' }));
  const list = within(await screen.findByRole('list', { name: `Deliveries to ${HOOK.url}` }));
  expect(list.getByText(/10 attempts · it refused · status 500/)).toBeDefined();
  expect(list.getByText('Oh!')).toBeDefined();
  server.on('post organisations/3/webhooks/7/deliveries/31/replay/', [
    200,
    { ...FAILED, state: 'pending' },
  ]);
  await user.click(list.getByRole('button', { name: 'Send msg_1 again' }));
  expect(await screen.findByText('It is sent again.')).toBeDefined();
  server.on('post organisations/3/webhooks/7/replay/', [200, { replayed: 1 }]);
  await user.click(screen.getByRole('button', { name: 'Send all given up again' }));
  expect(await screen.findByText('1 message is sent again.')).toBeDefined();
});

it('says why a webhook was turned off, and turns it on', async () => {
  const { server, user } = open([{ ...HOOK, is_enabled: false, disabled_because: 'failing' }]);
  expect(await screen.findByText(/accepted nothing for three days/)).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Send a test' })).toBeNull();
  server.on('patch organisations/3/webhooks/7/', [200, HOOK]);
  await user.click(screen.getByRole('button', { name: 'Turn on' }));
  expect(await screen.findByText('The webhook is on.')).toBeDefined();
  const sent = server.requests.find(({ call }) => call.startsWith('patch'));
  expect(sent?.body).toEqual({ is_enabled: true });
});
