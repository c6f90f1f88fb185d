import type { Category, EventDetail, Shape } from '@/lib/api/types';
import { boundsOfShape, planExtent } from '@/lib/map/planExtent';
import { type RowLabel, rowLabelsOf } from '@/lib/map/rowLabels';
import { SeatGrid } from '@/lib/map/seatGrid';
import { type Section, sectionByIndex, sectionsOf } from '@/lib/map/sections';
import type { SeatFacts } from '@/lib/seatmap/seats';
import type { Bounds, PlanExtent } from '@/lib/seatmap/viewport';

/** All of a map that stays while its seats are sold. */
export interface Scene {
  readonly plan: EventDetail['plan'];
  readonly extent: PlanExtent;
  readonly shapes: readonly { readonly shape: Shape; readonly bounds: Bounds }[];
  readonly facts: readonly SeatFacts[];
  readonly grid: SeatGrid;
  readonly rowLabels: readonly RowLabel[];
  readonly sections: readonly Section[];
  readonly sectionByIndex: Uint16Array;
  readonly colors: ReadonlyMap<number | null, string>;
}

export function sceneOf(
  plan: EventDetail['plan'],
  categories: readonly Category[],
  facts: readonly SeatFacts[],
): Scene {
  const extent = planExtent(plan, facts);
  const grid = new SeatGrid(facts, extent.bounds);
  const sections = sectionsOf(facts, plan.seat_radius);
  return {
    plan,
    extent,
    shapes: plan.shapes.map((shape) => ({ shape, bounds: boundsOfShape(shape) })),
    facts,
    grid,
    rowLabels: rowLabelsOf(facts, plan.shapes, grid, plan.seat_radius),
    sections,
    sectionByIndex: sectionByIndex(sections, facts.length),
    colors: new Map(categories.map(({ id, color }) => [id, color])),
  };
}

/** Seats drawn smaller than this, in CSS pixels of radius, are shown as the areas of their sections. */
const SEATS_FROM_PX = 2.4;

/** Whether a map drawn with seats of this radius, in CSS pixels, shows sections in their place. */
export function showsSections({ sections }: Scene, seatRadiusPx: number): boolean {
  return sections.length > 0 && seatRadiusPx < SEATS_FROM_PX;
}
