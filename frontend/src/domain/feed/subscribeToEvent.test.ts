// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { eventSocketUrl } from '@/domain/feed/subscribeToEvent';

it('opens the socket of the page it is on, as safely as the page', () => {
  expect(eventSocketUrl(7, null, { protocol: 'http:', host: 'localhost:8000' })).toBe(
    'ws://localhost:8000/ws/events/7/',
  );
  expect(eventSocketUrl(7, null, { protocol: 'https:', host: 'seats.example' })).toBe(
    'wss://seats.example/ws/events/7/',
  );
});

it('names where to go on from', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  expect(eventSocketUrl(7, { seq: 44, layout: 'a1b2' }, page)).toBe(
    'wss://seats.example/ws/events/7/?since=44&layout=a1b2',
  );
});
