import { describe, expect, it } from 'vitest';

import { makeArea, withAreas, withRows } from '@/domain/planDocument/build';
import { copied, pasted } from '@/domain/planDocument/clipboard';
import { type Key, type PlanDocument, type Row } from '@/domain/planDocument/document';
import { withCategory } from '@/domain/planDocument/categories';
import { accompanying, categorised, featured, inZone, removed } from '@/domain/planDocument/edits';
import { relaidRow, rowShapeOf } from '@/domain/planDocument/rowShapes';
import { onFloor, withFloor, withoutFloor } from '@/domain/planDocument/floors';
import { drawnPlan } from '@/domain/planDocument/facts';
import { textAt } from '@/domain/planDocument/json';
import {
  objectAt,
  sameCategory,
  sameKind,
  sameRow,
  sameSection,
  within,
} from '@/domain/planDocument/selection';
import { makeTable, rebuiltTable } from '@/domain/planDocument/tables';
import { tableOf } from '@/domain/planDocument/shapes';
import { hall, rowNamed, zoneAt } from '@/testing/planDocuments';

const everywhere = () => true;

function guids(row: Row): string[] {
  return row.seats.map(({ json }) => textAt(json, 'seat_guid'));
}

function namesOf(plan: PlanDocument, keys: Iterable<Key>): string[] {
  const names = new Map<Key, string>();
  for (const zone of plan.zones) {
    names.set(zone.key, textAt(zone.json, 'name'));
    for (const area of zone.areas) names.set(area.key, textAt(area.json, 'shape'));
    for (const row of zone.rows) {
      names.set(row.key, textAt(row.json, 'row_number'));
      for (const seat of row.seats) names.set(seat.key, textAt(seat.json, 'seat_guid'));
    }
  }
  return [...keys].map((key) => names.get(key) ?? '?').sort();
}

describe('removing', () => {
  it('removes a row with its last seat', () => {
    const plan = hall();
    const seats = new Set(rowNamed(plan, 'C').seats.map(({ key }) => key));
    expect(zoneAt(removed(plan, seats), 1).rows).toEqual([]);
  });

  it('keeps the other seats of a row', () => {
    const plan = hall();
    const [first] = rowNamed(plan, 'A').seats;
    expect(guids(rowNamed(removed(plan, new Set([first?.key ?? 0])), 'A'))).toEqual(['a2', 'a3']);
  });
});

it('moves a row to another section without moving its seats', () => {
  const plan = hall();
  const after = inZone(plan, new Set([rowNamed(plan, 'A').key]), zoneAt(plan, 1).key);
  expect(zoneAt(after, 1).rows.map(({ json }) => json['row_number'])).toEqual(['C', 'A']);
  const before = drawnPlan(plan, everywhere).facts.map(({ x, y, id }) => `${id} ${x} ${y}`);
  const now = drawnPlan(after, everywhere).facts.map(({ x, y, id }) => `${id} ${x} ${y}`);
  expect(now.sort()).toEqual(before.sort());
});

it('gives a section’s seats a category', () => {
  const plan = hall();
  const after = categorised(plan, new Set([zoneAt(plan, 1).key]), 'Gold');
  expect(rowNamed(after, 'C').seats[0]?.json['category']).toBe('Gold');
  expect(zoneAt(after, 0)).toBe(zoneAt(plan, 0));
});

it('renames a category in its seats, and keeps the category’s other keys', () => {
  const after = withCategory(hall(), 'Silver', { name: 'Grey', color: '#64748b' });
  expect(after.json['categories']).toContainEqual({ name: 'Grey', color: '#64748b', 'x-id': 7 });
  expect(rowNamed(after, 'B').seats.map(({ json }) => json['category'])).toEqual(['Grey', 'Grey']);
});

it('sets a feature once, and leaves no empty list behind', () => {
  const plan = hall();
  const keys = new Set([rowNamed(plan, 'C').key]);
  const set = featured(featured(plan, keys, 'aisle', true), keys, 'aisle', true);
  expect(rowNamed(set, 'C').seats[0]?.json['features']).toEqual(['aisle']);
  expect(rowNamed(featured(set, keys, 'aisle', false), 'C').seats[0]?.json).not.toHaveProperty(
    'features',
  );
});

describe('laying a row out again', () => {
  it('keeps seats, adds one, and keeps the middle in its place', () => {
    const plan = hall();
    const row = rowNamed(plan, 'A');
    const after = rowNamed(relaidRow(plan, row.key, { count: 5, spacing: 20, bend: 0 }), 'A');
    expect(guids(after).slice(0, 3)).toEqual(['a1', 'a2', 'a3']);
    expect(after.seats.map(({ x }) => x)).toEqual([-15, 5, 25, 45, 65]);
    expect(after.seats[4]?.json['category']).toBe('Gold');
  });

  it.each([30, 90, -60])('bends it by %s degrees, and straightens it again', (bend) => {
    const plan = hall();
    const { key } = rowNamed(plan, 'A');
    const bent = relaidRow(plan, key, { count: 3, spacing: 25, bend });
    const shape = rowShapeOf(rowNamed(bent, 'A'));
    expect(shape.bend).toBe(bend);
    expect(shape.spacing).toBeCloseTo(25, 2);
    const [first, middle] = rowNamed(bent, 'A').seats;
    expect(Math.sign((middle?.y ?? 0) - (first?.y ?? 0))).toBe(Math.sign(bend));
    const straight = relaidRow(bent, key, { count: 3, spacing: 25, bend: 0 });
    rowNamed(straight, 'A').seats.forEach(({ x, y }, place) => {
      expect(x).toBeCloseTo(25 * place, 1);
      expect(y).toBeCloseTo(0, 1);
    });
    expect(rowNamed(straight, 'A').json).not.toHaveProperty('curve');
  });
});

describe('a table', () => {
  const table = { shape: 'round', chairs: 8, sold: 'whole', category: 'Gold', radius: 10 } as const;

  it('has its chairs around its centre, apart from each other', () => {
    const row = makeTable({ ...table, name: '1', center: { x: 50, y: 60 } });
    expect([row.x, row.y]).toEqual([50, 60]);
    expect(tableOf(row)).toMatchObject({ shape: 'round', sold: 'whole', rotation: 0 });
    for (const seat of row.seats) {
      for (const other of row.seats) {
        if (seat === other) continue;
        expect(Math.hypot(seat.x - other.x, seat.y - other.y)).toBeGreaterThanOrEqual(20);
      }
    }
  });

  it('keeps its first chairs when it becomes long, or gets more', () => {
    const plan = hall();
    const made = makeTable({ ...table, name: 'T', center: { x: 0, y: 0 } });
    const with8 = withRows(plan, zoneAt(plan, 1).key, [made]);
    const with10 = rebuiltTable(
      with8,
      made.key,
      { shape: 'long', chairs: 10, sold: 'seat' },
      table,
    );
    expect(guids(rowNamed(with10, 'T')).slice(0, 8)).toEqual(guids(made));
    expect(tableOf(rowNamed(with10, 'T'))).toMatchObject({ shape: 'long', sold: 'seat' });
    expect(rowNamed(with10, 'T').seats).toHaveLength(10);
  });
});

describe('selecting', () => {
  it('finds seats, rows and sections in a rectangle', () => {
    const plan = hall();
    const box = { x: 90, y: 40, width: 40, height: 20 };
    expect(namesOf(plan, within(plan, box, 'seat'))).toEqual(['a1', 'a2']);
    expect(namesOf(plan, within(plan, box, 'row'))).toEqual(['A']);
    expect(namesOf(plan, within(plan, box, 'zone'))).toEqual(['Stalls']);
  });

  it('finds nothing in a hidden section', () => {
    const plan = hall();
    const box = { x: 0, y: 0, width: 400, height: 300 };
    const isCircle = (zone: { key: Key }) => zone.key === zoneAt(plan, 1).key;
    expect(namesOf(plan, within(plan, box, 'row', isCircle))).toEqual(['C']);
  });

  it('finds what is at a point: the seat above the shape', () => {
    const plan = hall();
    expect(namesOf(plan, [objectAt(plan, { x: 101, y: 51 }, 'seat', 0) ?? 0])).toEqual(['a1']);
    expect(namesOf(plan, [objectAt(plan, { x: 90, y: 5 }, 'row', 0) ?? 0])).toEqual(['rectangle']);
    expect(objectAt(plan, { x: 300, y: 5 }, 'row', 0)).toBeNull();
  });

  it('extends to the same row, section, category and kind', () => {
    const plan = hall();
    const one = new Set([rowNamed(plan, 'A').seats[0]?.key ?? 0]);
    expect(namesOf(plan, sameRow(plan, one))).toEqual(['a1', 'a2', 'a3']);
    expect(namesOf(plan, sameSection(plan, one))).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
    expect(namesOf(plan, sameCategory(plan, one))).toEqual(['a1', 'a2', 'a3']);
    expect(namesOf(plan, sameKind(plan, new Set([rowNamed(plan, 'A').key])))).toEqual([
      'A',
      'B',
      'C',
    ]);
  });
});

describe('copy and paste', () => {
  it('gives copies identifiers of their own', () => {
    const plan = hall();
    const text = copied(plan, new Set([rowNamed(plan, 'A').key])) ?? '';
    const result = pasted(plan, text, zoneAt(plan, 1).key, 10);
    const rows = zoneAt(result?.document ?? plan, 1).rows;
    expect(rows).toHaveLength(2);
    const all = new Set([...guids(rowNamed(plan, 'A')), ...rows.flatMap(guids)]);
    expect(all.size).toBe(3 + 3 + 1);
    expect([rows[1]?.x, rows[1]?.y]).toEqual([110, 60 - 200]);
    expect([...(result?.keys ?? [])]).toEqual([rows[1]?.key]);
  });

  it('brings the categories that are used to another plan', () => {
    const plan = hall();
    const other = { ...plan, json: { ...plan.json, categories: [] } };
    const text = copied(plan, new Set([rowNamed(plan, 'B').key])) ?? '';
    const result = pasted(other, text, zoneAt(other, 0).key, 0);
    expect(result?.document.json['categories']).toEqual([
      { name: 'Silver', color: '#64748b', 'x-id': 7 },
    ]);
  });

  it.each(['', 'hello', '{"seatcast-plan-part":1', '{"seatcast-plan-part":[]}', '[]'])(
    'does not paste %s',
    (text) => {
      const plan = hall();
      expect(pasted(plan, text, zoneAt(plan, 0).key, 0)).toBeNull();
    },
  );

  it('keeps companions together', () => {
    const plan = hall();
    const zone = zoneAt(plan, 0);
    const row = makeTable({
      shape: 'round',
      chairs: 2,
      sold: 'seat',
      category: '',
      radius: 10,
      name: 'W',
      center: { x: 0, y: 0 },
    });
    const [first, second] = row.seats;
    if (first === undefined || second === undefined) throw new Error('No chairs');
    const guid = textAt(first.json, 'seat_guid');
    const companion = { ...second, json: { ...second.json, companion_of: guid } };
    const made = withRows(plan, zone.key, [{ ...row, seats: [first, companion] }]);
    const result = pasted(made, copied(made, new Set([row.key])) ?? '', zone.key, 0);
    const copy = zoneAt(result?.document ?? plan, 0).rows.at(-1);
    const [one, two] = copy?.seats ?? [];
    expect(two?.json['companion_of']).toBe(one?.json['seat_guid']);
    expect(two?.json['companion_of']).not.toBe(guid);
  });
});

it('puts a section on a floor, and off it when the floor goes', () => {
  const plan = withFloor(hall(), { id: 'f1', name: 'Ground' });
  const upstairs = onFloor(plan, zoneAt(plan, 1).key, 'f1');
  expect(zoneAt(upstairs, 1).json['floor']).toBe('f1');
  const without = withoutFloor(upstairs, 'f1');
  expect(without.json).not.toHaveProperty('floors');
  expect(zoneAt(without, 1).json).not.toHaveProperty('floor');
});

it('draws a standing area in its category’s colour', () => {
  const plan = hall();
  const points = [
    { x: 0, y: 0 },
    { x: 40, y: 0 },
    { x: 20, y: 30 },
  ];
  const standing = { capacity: 300, category: 'Gold' };
  const area = makeArea({ shape: 'polygon', points, color: '#fff', border: '#000', standing });
  const drawn = drawnPlan(withAreas(plan, zoneAt(plan, 1).key, [area]), everywhere);
  const group = drawn.plan.shapes.at(-1)?.group ?? '';
  const category = drawn.standingCategories.get(group);
  expect(drawn.categories.find(({ id }) => id === category)?.name).toBe('Gold');
});

describe('companions', () => {
  function withCompanion() {
    const plan = hall();
    const [first, second] = rowNamed(plan, 'A').seats;
    if (first === undefined || second === undefined) throw new Error('No seats');
    const accessible = featured(plan, new Set([first.key]), 'accessible', true);
    const accompanied = accompanying(accessible, new Set([second.key]), 'a1');
    return { plan, accompanied, first: first.key };
  }

  it('name their accessible seat', () => {
    const { accompanied } = withCompanion();
    const [, second] = rowNamed(accompanied, 'A').seats;
    expect(second?.json).toMatchObject({ companion_of: 'a1', features: ['companion'] });
  });

  it.each([
    ['is deleted', removed],
    [
      'is no longer accessible',
      (plan: PlanDocument, keys: Set<Key>) => featured(plan, keys, 'accessible', false),
    ],
  ] as const)('become ordinary seats when it %s', (_name, change) => {
    const { accompanied, first } = withCompanion();
    const after = change(accompanied, new Set([first]));
    const companion = rowNamed(after, 'A').seats.find(({ json }) => json['seat_guid'] === 'a2');
    expect(companion?.json).not.toHaveProperty('companion_of');
    expect(companion?.json).not.toHaveProperty('features');
  });
});
