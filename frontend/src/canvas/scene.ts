import type { Category, EventDetail, Shape } from '@/api/types';
import { type Area, areaByIndex, areasOf } from '@/canvas/areas';
import { boundsOfShape, planExtent } from '@/canvas/planExtent';
import { type RowLabel, rowLabelsOf } from '@/canvas/rowLabels';
import { SeatGrid } from '@/canvas/seatGrid';
import type { PlanExtent, Viewport } from '@/canvas/viewport';
import type { Bounds } from '@/domain/geometry';
import type { SeatWish } from '@/domain/seatMap/features';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { type Section, sectionsOf } from '@/domain/seatMap/sections';
import { type StandingArea, standingAreasOf } from '@/domain/seatMap/standing';
import { type Table, tablesOf } from '@/domain/seatMap/tables';

/** The static part of a map: plan, seats' positions, sections, labels. */
export interface Scene {
  readonly plan: EventDetail['plan'];
  readonly extent: PlanExtent;
  readonly shapes: readonly { readonly shape: Shape; readonly bounds: Bounds }[];
  readonly facts: readonly SeatFacts[];
  readonly sections: readonly Section[];
  readonly grid: SeatGrid;
  readonly tables: readonly Table[];
  /** Their places are in none of the sections. */
  readonly standing: readonly StandingArea[];
  /** The categories of the standing areas, by group. */
  readonly standingCategories: ReadonlyMap<string, number | null>;
  readonly rowLabels: readonly RowLabel[];
  readonly areas: readonly Area[];
  readonly areaByIndex: Uint16Array;
  readonly colors: ReadonlyMap<number | null, string>;
  /** Seats that do not meet these are drawn faded. */
  readonly wishes: readonly SeatWish[];
}

export function sceneOf(
  plan: EventDetail['plan'],
  categories: readonly Category[],
  facts: readonly SeatFacts[],
): Scene {
  return withAreas(sceneWithoutAreas(plan, categories, facts));
}

/** The scene for those who see seats at any scale, or who are zoomed in. */
export function sceneWithoutAreas(
  plan: EventDetail['plan'],
  categories: readonly Category[],
  facts: readonly SeatFacts[],
): Scene {
  const extent = planExtent(plan, facts);
  const grid = new SeatGrid(facts, extent.bounds);
  const sections = sectionsOf(facts.filter(({ isPlace }) => !isPlace));
  const standing = standingAreasOf(facts);
  return {
    plan,
    extent,
    shapes: plan.shapes.map((shape) => ({ shape, bounds: boundsOfShape(shape) })),
    facts,
    sections,
    grid,
    tables: tablesOf(facts),
    standing,
    standingCategories: new Map(standing.map(({ group, categoryId }) => [group, categoryId])),
    rowLabels: rowLabelsOf(sections, plan.shapes, grid, plan.seat_radius),
    areas: [],
    areaByIndex: new Uint16Array(facts.length),
    colors: new Map(categories.map(({ id, color }) => [id, color])),
    wishes: [],
  };
}

/** Add the sections' outlines, which take longer than everything else. */
export function withAreas(scene: Scene): Scene {
  const areas = areasOf(scene.sections, scene.plan.seat_radius);
  return { ...scene, areas, areaByIndex: areaByIndex(areas, scene.facts.length) };
}

/** Seat radius in CSS pixels below which areas are drawn instead of seats. */
export const SEATS_FROM_PX = 2.4;

/** Seat radius in CSS pixels from which rows are labelled. */
export const ROW_LABELS_FROM_PX = 7;

/** Whether areas are drawn instead of seats at this radius, in CSS pixels. */
export function showsAreas({ areas }: Scene, seatRadiusPx: number): boolean {
  return areas.length > 0 && seatRadiusPx < SEATS_FROM_PX;
}

/** Radius of a seat on screen, in CSS pixels. */
export function radiusPx({ plan }: Scene, { scale }: Viewport): number {
  return plan.seat_radius * scale;
}
