import { expect, it } from 'vitest';

import { distance } from '@/domain/geometry';
import { copiedAlongArc } from '@/domain/planDocument/arcCopies';
import { boundsOfObjects } from '@/domain/planDocument/bounds';
import { textAt } from '@/domain/planDocument/json';
import { countSeats, findRow, seatPoint } from '@/domain/planDocument/walk';
import { hall, rowNamed, zoneAt } from '@/testing/planDocuments';

it('copies a row along an arc, each copy turned to its centre, with ids of its own', () => {
  const before = hall();
  const [row, zone] = [rowNamed(before, 'A'), zoneAt(before, 0)];
  const keys = new Set([row.key]);
  const bounds = boundsOfObjects(before, keys);
  if (bounds === null) throw new Error('a row has bounds');
  const center = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 - 300 };
  const made = copiedAlongArc(before, keys, zone.key, { copies: 3, degrees: 30, radius: 300 });
  if (made === null) throw new Error('a row can be copied');
  expect(made.keys.size).toBe(3);
  expect(countSeats(made.document)).toBe(countSeats(before) + 3 * row.seats.length);
  const away = row.seats.map((seat) => distance(seatPoint(zone, row, seat), center));
  const ids = new Set<string>();
  for (const key of made.keys) {
    const found = findRow(made.document, key);
    if (found === null) throw new Error('a copy is in the plan');
    found.row.seats.forEach((seat, at) => {
      const copy = distance(seatPoint(found.zone, found.row, seat), center);
      expect(copy).toBeCloseTo(away[at] ?? NaN, 2);
      ids.add(textAt(seat.json, 'seat_guid'));
    });
  }
  expect(ids.size).toBe(3 * row.seats.length);
});

it('copies nothing where nothing can be copied', () => {
  const plan = hall();
  const arc = { copies: 2, degrees: 10, radius: 100 };
  expect(copiedAlongArc(plan, new Set(), zoneAt(plan, 0).key, arc)).toBeNull();
});
