import type { Category as SoldCategory, EventDetail, Shape } from '@/api/types';
import type { Key, PlanDocument, Row, Zone } from '@/domain/planDocument/document';
import { boundsOfPlan } from '@/domain/planDocument/bounds';
import { categoriesOf } from '@/domain/planDocument/categories';
import { type Json, textAt } from '@/domain/planDocument/json';
import type { IsVisible } from '@/domain/planDocument/selection';
import {
  areaShape,
  seatRadius,
  standingOf,
  tableOf,
  tableShape,
} from '@/domain/planDocument/shapes';
import { ACCESSIBLE, AISLE, RESTRICTED_VIEW } from '@/domain/seatMap/features';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** A plan as buyers' maps draw it, with all seats free. */
export interface DrawnPlan {
  readonly plan: EventDetail['plan'];
  readonly categories: readonly SoldCategory[];
  readonly facts: readonly SeatFacts[];
  /** The categories of the standing areas, by the group of their shapes. */
  readonly standingCategories: ReadonlyMap<string, number | null>;
  /** By index: the seat's key, and its row's. */
  readonly seatKeys: readonly Key[];
  readonly rowKeys: readonly Key[];
  /** By shape: the key of its area, or of its table's row. */
  readonly shapeKeys: readonly Key[];
}

/** Return what to draw of the visible sections. */
export function drawnPlan(document: PlanDocument, isVisible: IsVisible): DrawnPlan {
  const categories = categoriesOf(document);
  const idOf = new Map(categories.map(({ name }, place) => [name, place + 1]));
  const standingCategories = new Map<string, number | null>();
  const facts: SeatFacts[] = [];
  const [seatKeys, rowKeys, shapeKeys]: [Key[], Key[], Key[]] = [[], [], []];
  const shapes: Shape[] = [];
  const add = (shape: Shape | null, key: Key) => {
    if (shape === null) return;
    shapes.push(shape);
    shapeKeys.push(key);
  };
  for (const zone of document.zones) {
    if (!isVisible(zone)) continue;
    for (const area of zone.areas) {
      const [shape, standing] = [areaShape(zone, area), standingOf(area)];
      if (shape === null || standing === null) {
        add(shape, area.key);
        continue;
      }
      const group = String(area.key);
      standingCategories.set(group, idOf.get(standing.category) ?? null);
      add({ ...shape, group }, area.key);
    }
    for (const row of zone.rows) {
      add(tableShape(zone, row), row.key);
      addSeats(zone, row);
    }
  }

  function addSeats(zone: Zone, row: Row): void {
    const name = textAt(row.json, 'row_number');
    const section = textAt(zone.json, 'name');
    const soldWhole = tableOf(row)?.sold === 'whole';
    for (const { key, x, y, json } of row.seats) {
      const number = textAt(json, 'seat_number');
      facts.push({
        id: key,
        index: facts.length,
        seatNumber: `${name}${number}`,
        section,
        floor: '',
        row: name,
        number,
        x: zone.x + row.x + x,
        y: zone.y + row.y + y,
        categoryId: idOf.get(textAt(json, 'category')) ?? null,
        price: '0',
        features: bitsOf(json['features']),
        note: textAt(json, 'note'),
        companionOf: null,
        group: soldWhole ? String(row.key) : '',
        isSoldWhole: soldWhole,
        isPlace: false,
      });
      seatKeys.push(key);
      rowKeys.push(row.key);
    }
  }

  const { width, height } = boundsOfPlan(document);
  return {
    plan: {
      name: textAt(document.json, 'name'),
      width,
      height,
      seat_radius: seatRadius(document),
      shapes,
    },
    categories: categories.map(({ name, color }, place) => ({
      id: place + 1,
      name,
      color,
      price: '0',
    })),
    facts,
    standingCategories,
    seatKeys,
    rowKeys,
    shapeKeys,
  };
}

const BITS: Readonly<Record<string, number>> = {
  accessible: ACCESSIBLE,
  restricted_view: RESTRICTED_VIEW,
  aisle: AISLE,
};

function bitsOf(features: Json | undefined): number {
  if (!Array.isArray(features)) return 0;
  return (features as readonly Json[]).reduce<number>(
    (bits, feature) => bits | (typeof feature === 'string' ? (BITS[feature] ?? 0) : 0),
    0,
  );
}
