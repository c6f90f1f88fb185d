import { expect, it } from 'vitest';

import { type Alert, alertsOf } from '@/features/organise/sale/alerts';
import {
  bookedShare,
  parseFigures,
  perMinute,
  polledSale,
  sumMinutes,
} from '@/features/organise/sale/figures';
import { projectSellOut } from '@/features/organise/sale/projection';
import { fixture as read } from '@/testing/fixtures';
import { makeFigures, makeMinute } from '@/testing/saleFigures';

const fixture = read('figures');
const MINUTE = 60_000;
/** In the middle of a minute. */
const NOW = 1_767_225_630_000;
const THIS_MINUTE = NOW - 30_000;

const NOTHING = { total: 100, free: 100, held: 0, sold: 0, blocked: 0 };

/** A sale with these minutes, by how long ago each began. */
function saleWith(
  minutes: Readonly<Record<number, Parameters<typeof makeMinute>[1]>>,
  fields = {},
) {
  return polledSale(
    makeFigures({
      now: NOW,
      minutes: Object.entries(minutes).map(([ago, of]) =>
        makeMinute(THIS_MINUTE - Number(ago) * MINUTE, of),
      ),
      ...fields,
    }),
  );
}

function alerts(sale: ReturnType<typeof saleWith>, counts = NOTHING): readonly Alert[] {
  const projection = projectSellOut(sale, counts.free + counts.held, NOW);
  return alertsOf({ sale, counts, projection, now: NOW });
}

it('reads the frame of the server, and keeps the figures while there are none', () => {
  const nothing = { sale: null, reading: null };
  const read = parseFigures(JSON.stringify(fixture.frame), nothing);
  expect(read).toEqual({
    sale: {
      ...fixture.frame.sale,
      seq: 44,
      now: 1_767_225_605_000,
      health: { database: true, notifications: true },
    },
    reading: null,
  });
  const health = { database: false, notifications: true };
  const lost = JSON.stringify({ type: 'figures', seq: 0, now: 1, health, sale: null });
  expect(parseFigures(lost, read)).toEqual({ sale: { ...read.sale, health }, reading: null });
  expect(parseFigures(lost, nothing)).toEqual(nothing);
  expect(parseFigures('{"type":"of a newer server"}', read)).toBe(read);
});

it('tells how far the log is read while there are no figures', () => {
  const health = { database: true, notifications: true };
  const frame = { type: 'figures', seq: 0, now: 1, health, sale: null, reading: 0.42 };
  const read = parseFigures(JSON.stringify(frame), { sale: null, reading: null });
  expect(read).toEqual({ sale: null, reading: 0.42 });
  expect(parseFigures(JSON.stringify(fixture.frame), read).reading).toBeNull();
});

it('sums full minutes up to a time', () => {
  const { minutes } = saleWith({ 0: { sold: 1 }, 4: { sold: 2 }, 5: { sold: 4 } });
  expect(sumMinutes(minutes, 5, THIS_MINUTE + MINUTE).sold).toBe(3);
  expect(sumMinutes(minutes, 5, THIS_MINUTE).sold).toBe(6);
  expect(perMinute(minutes, 'sold', 6, NOW)).toEqual([4, 2, 0, 0, 0, 1]);
});

it('tells which share of the ended holds was booked', () => {
  expect(bookedShare({ reserved: 3, expired: 1, released: 0 })).toBe(0.75);
  expect(bookedShare({ reserved: 0, expired: 0, released: 0 })).toBeNull();
});

it('projects by what was sold less what was returned in a quarter of an hour', () => {
  const sale = saleWith({ 1: { sold: 10 }, 2: { sold: 12 }, 9: { sold: 10, returned: 2 } });
  // 30 in 15 minutes: 60 take half an hour.
  expect(projectSellOut(sale, 60, NOW)).toEqual({ kind: 'at', at: NOW + 30 * MINUTE });
  expect(projectSellOut(sale, 0, NOW)).toEqual({ kind: 'soldOut' });
  expect(projectSellOut(sale, 100_000, NOW)).toEqual({ kind: 'far' });
});

it.each([
  ['too few tickets', { 1: { sold: 3 }, 2: { sold: 3 }, 3: { sold: 3 } }],
  ['too few minutes', { 1: { sold: 50 }, 2: { sold: 50 } }],
  ['as many returned', { 1: { sold: 9, returned: 20 }, 2: { sold: 9 }, 3: { sold: 9 } }],
  ['sales of long ago', { 15: { sold: 9 }, 16: { sold: 9 }, 17: { sold: 9 } }],
])('projects nothing from %s', (_, minutes) => {
  expect(projectSellOut(saleWith(minutes), 50, NOW)).toEqual({ kind: 'none' });
});

const USUAL = Object.fromEntries(Array.from({ length: 35 }, (_, ago) => [ago + 1, { sold: 2 }]));

it.each([
  ['nothing', saleWith({}), []],
  ['failing payments', saleWith({}, { payments: { made: 20, failed: 5 } }), ['payments']],
  ['a few failing payments', saleWith({}, { payments: { made: 0, failed: 4 } }), []],
  ['few of many payments failing', saleWith({}, { payments: { made: 21, failed: 5 } }), []],
  ['steady sales', saleWith(USUAL), []],
  ['a sudden fall', saleWith({ ...USUAL, 1: {}, 2: {}, 3: {}, 4: {}, 5: { sold: 2 } }), ['fall']],
  ['many conflicts', saleWith({ 0: { begun: 50, conflicts: 50 } }), ['conflicts']],
  ['conflicts among many holds', saleWith({ 0: { begun: 51, conflicts: 50 } }), []],
] as const)('on %s', (_, sale, expected) => {
  expect(alerts(sale)).toEqual(expected);
});

it('warns before the house is sold out, not after', () => {
  const sale = saleWith({});
  expect(alerts(sale, { ...NOTHING, sold: 95, free: 5 })).toEqual(['soldOut']);
  expect(alerts(sale, { ...NOTHING, sold: 94, free: 6 })).toEqual([]);
  expect(alerts(sale, { ...NOTHING, sold: 100, free: 0 })).toEqual([]);
  const fast = saleWith({ 1: { sold: 20 }, 2: { sold: 20 }, 3: { sold: 20 } });
  expect(alerts(fast, { ...NOTHING, total: 1_000, sold: 500, free: 120 })).toEqual(['soldOut']);
});

it('tells trouble of the database and of messages first', () => {
  const sale = saleWith({}, { payments: { made: 0, failed: 9 } });
  const health = { database: false, notifications: false };
  expect(alerts({ ...sale, health })).toEqual(['database', 'notifications', 'payments']);
});
