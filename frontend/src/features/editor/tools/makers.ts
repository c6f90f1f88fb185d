import type { Point } from '@/domain/geometry';
import { makeArea, makeRow, withAreas, withRows } from '@/domain/planDocument/build';
import type { Area, PlanDocument, Row } from '@/domain/planDocument/document';
import { rounded, withJson } from '@/domain/planDocument/document';
import { textAt } from '@/domain/planDocument/json';
import { rowNames, seatNumbers } from '@/domain/planDocument/numbering';
import {
  alongPath,
  arcLength,
  blockPoints,
  lengthOf,
  onArc,
  seatsOn,
} from '@/domain/planDocument/paths';
import { seatRadius } from '@/domain/planDocument/shapes';
import {
  chairsAround,
  makeTable,
  nextNumber,
  type TablePlan,
  tablesIn,
} from '@/domain/planDocument/tables';
import { find } from '@/domain/planDocument/walk';
import type { EditorStore, ToolOptions } from '@/features/editor/editorStore';
import { t } from '@/i18n/language';

const [STAGE_COLOR, STAGE_INK] = ['#334155', '#ffffff'];
const BORDER = '#64748b';
const STANDING_COLOR = '#e2e8f0';
/** Of texts alone, and the smallest on shapes. */
const TEXT_SIZE = 18;
/** A shape's text: its share of the height, and the width of a letter in text sizes. */
const [TEXT_SHARE, LETTER] = [0.3, 0.65];
/** Of a section, when looking for names that are free. */
const MAX_ROWS = 1_000;

/** The seats of a row from one point to another. */
export function rowPoints(
  from: Point,
  to: Point,
  bend: number,
  { seatSpacing }: ToolOptions,
): Point[] {
  const count = seatsOn(arcLength(from, to, bend), seatSpacing);
  const length = arcLength(from, to, bend) || 1;
  const share = ((count - 1) * seatSpacing) / length;
  const end = { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  return onArc(from, end, bend, count);
}

export function cornerPoints(path: readonly Point[], { seatSpacing }: ToolOptions): Point[] {
  return alongPath(path, seatsOn(lengthOf(path), seatSpacing));
}

/** The rows of a block in a rectangle from one corner to the other. */
export function blockIn(from: Point, to: Point, options: ToolOptions): Point[][] {
  const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  return blockPoints({
    middle: { x: left + width / 2, y: top },
    rows: seatsOn(height, options.rowSpacing),
    seats: seatsOn(width, options.seatSpacing),
    seatSpacing: options.seatSpacing,
    rowSpacing: options.rowSpacing,
    bend: options.bend,
    growth: options.growth,
  });
}

/** A block with the rows and seats of the options, around a point. */
export function blockAround(center: Point, options: ToolOptions): Point[][] {
  const { rows, seats, seatSpacing, rowSpacing, bend, growth } = options;
  const middle = { x: center.x, y: center.y - ((rows - 1) * rowSpacing) / 2 };
  return blockPoints({ middle, rows, seats, seatSpacing, rowSpacing, bend, growth });
}

/** Add rows at these points; they are named on from the section's last row. */
export function addRows(
  store: EditorStore,
  label: string,
  rows: readonly Point[][],
  bend = 0,
): void {
  const { options } = store.getState();
  const { document, key } = store.targetZone(t('editor:newSection'));
  const zone = find(document, key)?.zone;
  const taken = new Set(zone?.rows.map((row) => textAt(row.json, 'row_number')));
  const names = rowNames(rows.length, options.naming);
  const start = firstFree(taken, options, names);
  const free = rowNames(rows.length, { ...options.naming, start });
  const made = rows.map((points, place) => {
    const numbers = inOrder(points, seatNumbers(points.length, options.numbering));
    const row = makeRow({
      name: free[place] ?? '',
      points,
      numbers,
      category: options.category,
      radius: seatRadius(document),
    });
    const curve = bend === 0 ? {} : { curve: rounded(bend) };
    return withJson(row, { ...row.json, ...curve, numbering: { ...options.numbering } });
  });
  place(store, label, document, key, made, []);
}

/** Numbers go from the left, whichever way the row was drawn. */
function inOrder(points: readonly Point[], numbers: readonly string[]): readonly string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return numbers;
  const isLeftwards = last.x === first.x ? last.y < first.y : last.x < first.x;
  return isLeftwards ? numbers.toReversed() : numbers;
}

/** The first row's place in the alphabet, after the names that the section has. */
function firstFree(
  taken: ReadonlySet<string>,
  { naming }: ToolOptions,
  names: readonly string[],
): number {
  if (!names.some((name) => taken.has(name))) return naming.start;
  const known = rowNames(MAX_ROWS, { ...naming, from: 'top' });
  return naming.start + known.findLastIndex((name) => taken.has(name)) + 1;
}

/** The tables that fit in a rectangle: their centres, and their chairs. */
export function tablesBetween(
  store: EditorStore,
  from: Point,
  to: Point,
): { readonly centers: readonly Point[]; readonly chairs: readonly Point[] } {
  const radius = seatRadius(store.document);
  const plan = tablePlan(store.getState().options);
  const centers = tablesIn(from, to, plan, radius);
  return { centers, chairs: centers.flatMap((center) => chairsAround(center, plan, radius)) };
}

/** Add a table at each point; they are numbered on from the section's highest number. */
export function addTables(store: EditorStore, centers: readonly Point[]): void {
  const { options } = store.getState();
  const { document, key } = store.targetZone(t('editor:newSection'));
  const tables = find(document, key)?.zone.rows.filter(({ json }) => 'table' in json) ?? [];
  const first = nextNumber(tables);
  const made = centers.map((center, place) =>
    makeTable({
      ...tablePlan(options),
      name: String(first + place),
      center,
      category: options.category,
      radius: seatRadius(document),
    }),
  );
  const label = t(made.length === 1 ? 'editor:did_addTable' : 'editor:did_addTables');
  place(store, label, document, key, made, []);
}

function tablePlan({ tableShape, chairs, sold }: ToolOptions): TablePlan {
  return { shape: tableShape, chairs, sold };
}

export function addStanding(store: EditorStore, points: readonly Point[]): void {
  const { capacity, category, text } = store.getState().options;
  addArea(
    store,
    t('editor:did_addStanding'),
    makeArea({
      shape: 'polygon',
      points,
      color: STANDING_COLOR,
      border: BORDER,
      text: textOn(points, text || t('editor:standing'), BORDER),
      standing: { capacity, category },
    }),
  );
}

export function addStage(store: EditorStore, points: readonly Point[]): void {
  addArea(
    store,
    t('editor:did_addStage'),
    makeArea({
      shape: 'rectangle',
      points,
      color: STAGE_COLOR,
      border: STAGE_COLOR,
      text: textOn(points, t('editor:stage'), STAGE_INK),
    }),
  );
}

/** A text that fills a shape well. */
function textOn(points: readonly Point[], text: string, color: string) {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const width = Math.max(...xs) - Math.min(...xs);
  const height = Math.max(...ys) - Math.min(...ys);
  const fitting = Math.min(TEXT_SHARE * height, width / (LETTER * (text.length + 2)));
  return { text, size: Math.max(Math.round(fitting), TEXT_SIZE), color };
}

export function addShape(store: EditorStore, points: readonly Point[]): void {
  const { shape, color } = store.getState().options;
  addArea(store, t('editor:did_addShape'), makeArea({ shape, points, color, border: BORDER }));
}

export function addText(store: EditorStore, point: Point): void {
  const text = store.getState().options.text || t('editor:newText');
  addArea(
    store,
    t('editor:did_addText'),
    makeArea({
      shape: 'text',
      points: [point],
      color: 'transparent',
      border: 'transparent',
      text: { text, size: TEXT_SIZE, color: BORDER },
    }),
  );
}

export function setFocalPoint(store: EditorStore, { x, y }: Point): void {
  store.run(t('editor:did_setFocal'), (document) => ({
    ...document,
    json: { ...document.json, focal_point: { x: rounded(x), y: rounded(y) } },
  }));
}

function addArea(store: EditorStore, label: string, area: Area): void {
  const { document, key } = store.targetZone(t('editor:newSection'));
  place(store, label, document, key, [], [area]);
}

/** Add objects in one step with the section that was made for them. */
function place(
  store: EditorStore,
  label: string,
  document: PlanDocument,
  zone: number,
  rows: readonly Row[],
  areas: readonly Area[],
): void {
  const selection = new Set([...rows, ...areas].map(({ key }) => key));
  store.run(label, () => withAreas(withRows(document, zone, rows), zone, areas), { selection });
}
