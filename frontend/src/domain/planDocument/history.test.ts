import { describe, expect, it } from 'vitest';

import { makeArea, makeRow, type NewId, withAreas, withRows } from '@/domain/planDocument/build';
import { copied, pasted } from '@/domain/planDocument/clipboard';
import { type Key, parsePlan, type PlanDocument, serialise } from '@/domain/planDocument/document';
import { withCategory } from '@/domain/planDocument/categories';
import { categorised, featured, inZone, removed, withNewZone } from '@/domain/planDocument/edits';
import { relaidRow } from '@/domain/planDocument/rowShapes';
import { onFloor, withFloor, withoutFloor } from '@/domain/planDocument/floors';
import { type History, recorded, redo, startHistory, undo } from '@/domain/planDocument/history';
import {
  PLAIN_NAMING,
  PLAIN_NUMBERING,
  renamedRows,
  renumbered,
} from '@/domain/planDocument/numbering';
import { alongPath } from '@/domain/planDocument/paths';
import { allOf } from '@/domain/planDocument/selection';
import { makeTable, rebuiltTable } from '@/domain/planDocument/tables';
import { aligned, distributed, mirrored, moved, rotated } from '@/domain/planDocument/transform';
import { HALL_TEXT } from '@/testing/planDocuments';
import { SeededRandom } from '@/testing/seededRandom';

const STYLE = { category: 'Gold', radius: 10 };

type RandomCommand = (plan: PlanDocument, random: SeededRandom, newId: NewId) => PlanDocument;

const COMMANDS: Readonly<Record<string, RandomCommand>> = {
  move: (plan, random) => moved(plan, some(plan, random), random.below(99) - 49, random.below(9)),
  rotate: (plan, random) => rotated(plan, some(plan, random), random.below(360)),
  mirror: (plan, random) =>
    mirrored(plan, some(plan, random), random.pick(['horizontal', 'vertical'])),
  align: (plan, random) => aligned(plan, some(plan, random), random.pick(['left', 'middle'])),
  distribute: (plan, random) => distributed(plan, some(plan, random), random.pick(['x', 'y'])),
  remove: (plan, random) => removed(plan, new Set([...some(plan, random)].slice(0, 1))),
  categorise: (plan, random) => categorised(plan, some(plan, random), random.pick(['Gold', ''])),
  feature: (plan, random) =>
    featured(plan, some(plan, random), 'accessible', random.below(2) === 0),
  renumber: (plan, random) =>
    renumbered(plan, some(plan, random), {
      ...PLAIN_NUMBERING,
      scheme: random.pick(['forward', 'odd', 'middle', 'letters']),
    }),
  rename: (plan, random) => renamedRows(plan, some(plan, random), PLAIN_NAMING),
  relay: (plan, random) =>
    relaidRow(
      plan,
      [...some(plan, random)][0] ?? 0,
      { count: 1 + random.below(9), spacing: 25, bend: random.below(90) - 45 },
      () => 'new',
    ),
  section: (plan, random, newId) =>
    inZone(plan, some(plan, random), withNewZone(plan, 'New', null, newId).key),
  addSection: (plan, _random, newId) => withNewZone(plan, 'New', null, newId).document,
  addRow: (plan, random, newId) => {
    const corner = [
      { x: 0, y: random.below(99) },
      { x: 99, y: 0 },
      { x: 99, y: 99 },
    ];
    const points = alongPath(corner, 1 + random.below(8));
    const row = makeRow({ ...STYLE, name: 'N', points, numbers: ['1', '2'], newId });
    return withRows(plan, plan.zones[0]?.key ?? 0, [row]);
  },
  addArea: (plan, _random, newId) => {
    const points = [
      { x: 0, y: 0 },
      { x: 9, y: 9 },
    ];
    const area = makeArea({ shape: 'ellipse', points, color: '#fff', border: '#000', newId });
    return withAreas(plan, plan.zones[0]?.key ?? 0, [area]);
  },
  addTable: (plan, random, newId) => {
    const shape = random.pick(['round', 'long'] as const);
    const table = { ...STYLE, shape, chairs: 6, sold: 'seat', name: '1', newId } as const;
    return withRows(plan, plan.zones[0]?.key ?? 0, [
      makeTable({ ...table, center: { x: 5, y: 5 } }),
    ]);
  },
  rebuildTable: (plan, random, newId) =>
    rebuiltTable(
      plan,
      [...some(plan, random)][0] ?? 0,
      { shape: 'long', chairs: 1 + random.below(9), sold: 'whole' },
      STYLE,
      newId,
    ),
  paste: (plan, random, newId) => {
    const text = copied(plan, some(plan, random));
    const zone = plan.zones[0]?.key ?? 0;
    return (text === null ? null : pasted(plan, text, zone, 20, newId)?.document) ?? plan;
  },
  renameCategory: (plan, random) =>
    withCategory(plan, random.pick(['Gold', 'Silver']), { name: 'Gold', color: '#123456' }),
  removeCategory: (plan) => withCategory(plan, 'Silver', null),
  addFloor: (plan, random) => withFloor(plan, { id: random.pick(['1', '2']), name: 'Upper' }),
  floor: (plan, random) => onFloor(plan, plan.zones[0]?.key ?? 0, random.pick(['1', null])),
  removeFloor: (plan) => withoutFloor(plan, '1'),
};

/** A few objects of any kind. */
function some(plan: PlanDocument, random: SeededRandom): Set<Key> {
  const level = random.pick(['seat', 'row', 'zone'] as const);
  return new Set([...allOf(plan, level)].filter(() => random.below(3) === 0));
}

function randomHistory(seed: number): { history: History; texts: string[] } {
  const random = new SeededRandom(seed);
  let ids = 0;
  const newId = () => `new-${(ids += 1)}`;
  let history = startHistory(parsePlan(HALL_TEXT).document);
  const texts = [serialise(history.state.document)];
  for (let step = 0; step < 60; step++) {
    const name = random.pick(Object.keys(COMMANDS));
    const document = COMMANDS[name]?.(history.state.document, random, newId);
    if (document === undefined || document === history.state.document) continue;
    history = recorded(history, `${name} ${step}`, { document, selection: new Set() });
    texts.push(serialise(document));
  }
  return { history, texts };
}

describe.each(Array.from({ length: 20 }, (_, seed) => seed))('random commands (%i)', (seed) => {
  it('are all taken back by undo, one after the other, and done again by redo', () => {
    const { history, texts } = randomHistory(seed);
    let now = history;
    for (const text of texts.toReversed()) {
      expect(serialise(now.state.document)).toBe(text);
      now = undo(now);
    }
    expect(undo(now)).toBe(now);
    for (const text of texts) {
      expect(serialise(now.state.document)).toBe(text);
      now = redo(now);
    }
    expect(now.state.document).toBe(history.state.document);
  });

  it('leave a document whose text reads as the same document', () => {
    const { history } = randomHistory(seed);
    const text = serialise(history.state.document);
    expect(serialise(parsePlan(text).document)).toBe(text);
  });
});

it('writes the original text after everything was taken back', () => {
  const source = parsePlan(HALL_TEXT);
  const keys = new Set(source.document.zones.map(({ key }) => key));
  const document = moved(source.document, keys, 1, 1);
  const after = undo(
    recorded(startHistory(source.document), 'move', { document, selection: keys }),
  );
  expect(serialise(after.state.document, source)).toBe(HALL_TEXT);
});

describe('a history', () => {
  const start = startHistory(parsePlan(HALL_TEXT).document);
  const keys = new Set(start.state.document.zones.map(({ key }) => key));

  function nudged(history: History, goesOn: boolean): History {
    const document = moved(history.state.document, keys, 1, 0);
    return recorded(history, 'nudge', { document, selection: keys }, goesOn);
  }

  it('takes back nudges that belong together at once', () => {
    const twice = nudged(nudged(start, false), true);
    expect(undo(twice).state).toBe(start.state);
  });

  it('does not join a nudge to another command', () => {
    const moves = recorded(start, 'move', {
      document: moved(start.state.document, keys, 9, 9),
      selection: keys,
    });
    expect(undo(nudged(moves, true)).state).toBe(moves.state);
  });

  it('forgets what was taken back once something else is done', () => {
    const other = nudged(undo(nudged(start, false)), false);
    expect(redo(other)).toBe(other);
  });

  it('restores the selection', () => {
    expect(redo(undo(nudged(start, false))).state.selection).toBe(keys);
  });
});
