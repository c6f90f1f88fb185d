import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

import { parsePlan, serialise } from '@/domain/planDocument/document';
import { moved } from '@/domain/planDocument/transform';
import { hall, HALL_TEXT, zoneAt } from '@/testing/planDocuments';

const DEMO = resolve(import.meta.dirname, '../../../../reservations/demo');
const RANDOM = resolve(import.meta.dirname, '../../../../tests/fixtures/plans');

/** Demo halls, and plans with tables, standing areas and companions that the server's tests read. */
const FILES = [
  resolve(DEMO, 'theatre.json'),
  resolve(DEMO, 'chamber_hall.json'),
  ...readdirSync(RANDOM).map((name) => resolve(RANDOM, name)),
];

it('writes an untouched plan as it was read, to the byte', () => {
  const source = parsePlan(HALL_TEXT);
  expect(serialise(source.document, source)).toBe(HALL_TEXT);
});

it.each(FILES)('writes %s untouched as it was read, to the byte', (path) => {
  const text = readFileSync(path, 'utf8');
  const source = parsePlan(text);
  expect(serialise(source.document, source)).toBe(text);
});

it('writes a plan to the byte again once a change is taken back', () => {
  const source = parsePlan(HALL_TEXT);
  const keys = new Set([zoneAt(source.document, 0).key]);
  expect(serialise(moved(source.document, keys, 5, 0), source)).not.toBe(HALL_TEXT);
  expect(serialise(source.document, source)).toBe(HALL_TEXT);
});

it.each(FILES)('keeps every key and value of %s', (path) => {
  const text = readFileSync(path, 'utf8');
  const { document } = parsePlan(text);
  expect(serialise(document)).toBe(JSON.stringify(JSON.parse(text)));
});

it('keeps the order of keys and what nobody knows', () => {
  expect(serialise(hall())).toBe(JSON.stringify(JSON.parse(HALL_TEXT)));
});

it('keeps a key with the name of an object’s prototype as data', () => {
  const text = '{"__proto__":{"x":1},"zones":[]}';
  const { document } = parsePlan(text);
  expect(serialise(document)).toBe(text);
  expect(Object.getPrototypeOf(document.json)).toBe(Object.prototype);
});

it.each(['[]', '"plan"', 'null', '{'])('refuses %s', (text) => {
  expect(() => parsePlan(text)).toThrow(SyntaxError);
});

it('reads what has no position, or a wrong one, at the origin', () => {
  const { document } = parsePlan(
    '{"zones":[{"rows":[{"position":"here","seats":[{"position":{"x":"1","y":null}}]}]}]}',
  );
  const zone = zoneAt(document, 0);
  expect([zone.x, zone.rows[0]?.x, zone.rows[0]?.seats[0]?.x]).toEqual([0, 0, 0]);
});
