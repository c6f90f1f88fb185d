// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { eventUrl } from '@/domain/feed/subscribeToEvent';

it("uses the page's host, with TLS if the page does", () => {
  expect(eventUrl('ws', 7, null, false, { protocol: 'http:', host: 'localhost:8000' })).toBe(
    'ws://localhost:8000/ws/events/7/',
  );
  expect(eventUrl('ws', 7, null, false, { protocol: 'https:', host: 'seats.example' })).toBe(
    'wss://seats.example/ws/events/7/',
  );
});

it('has the resume position in the URL', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  expect(eventUrl('ws', 7, { seq: 44, layout: 'a1b2' }, false, page)).toBe(
    'wss://seats.example/ws/events/7/?since=44&layout=a1b2',
  );
});

it('asks for the figures in the URL', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  expect(eventUrl('ws', 7, null, true, page)).toBe('wss://seats.example/ws/events/7/?figures=1');
});
