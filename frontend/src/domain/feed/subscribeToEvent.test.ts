// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { eventUrl } from '@/domain/feed/subscribeToEvent';

const ANEW = { resumeFrom: null, sections: null };

it("uses the page's host, with TLS if the page does", () => {
  expect(eventUrl('ws', 7, ANEW, false, { protocol: 'http:', host: 'localhost:8000' })).toBe(
    'ws://localhost:8000/ws/events/7/',
  );
  expect(eventUrl('ws', 7, ANEW, false, { protocol: 'https:', host: 'seats.example' })).toBe(
    'wss://seats.example/ws/events/7/',
  );
});

it('has the resume position in the URL', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  expect(eventUrl('ws', 7, { ...ANEW, resumeFrom: { seq: 44, layout: 'a1b2' } }, false, page)).toBe(
    'wss://seats.example/ws/events/7/?since=44&layout=a1b2',
  );
});

it('asks for the figures in the URL', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  expect(eventUrl('ws', 7, ANEW, true, page)).toBe('wss://seats.example/ws/events/7/?figures=1');
});

it('names the sections that are known and those to add', () => {
  const page = { protocol: 'https:', host: 'seats.example' };
  const sections = {
    layout: 'a1b2',
    known: new Set([3, 8, 7, 9]),
    added: new Set([11]),
    hasCounts: true,
  };
  const url = new URL(
    eventUrl('http', 7, { resumeFrom: { seq: 44, layout: 'a1b2' }, sections }, false, page),
  );
  expect(Object.fromEntries(url.searchParams)).toEqual({
    since: '44',
    layout: 'a1b2',
    sections: '3,7-9',
    add: '11',
  });
});
