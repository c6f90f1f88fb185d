import type { PlanDocument, Row, Zone } from '@/domain/planDocument/document';
import { parsePlan } from '@/domain/planDocument/document';

/** A small hall: two sections, three rows, a stage, and keys that nobody knows. */
export const HALL_TEXT = `{"name": "Hall",  "x-maker": {"version": 3}, "size": {"width": 400, "height": 300},
"categories": [{"name": "Gold", "color": "#d97706"}, {"name": "Silver", "color": "#64748b", "x-id": 7}],
"zones": [
 {"name": "Stalls", "position": {"x": 100, "y": 50}, "zone_id": "stalls", "rows": [
  {"row_number": "A", "position": {"x": 0, "y": 0}, "seats": [
   {"seat_guid": "a1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Gold", "x-note": [1, 2.50]},
   {"seat_guid": "a2", "seat_number": "2", "position": {"x": 25, "y": 0}, "category": "Gold"},
   {"seat_guid": "a3", "seat_number": "3", "position": {"x": 50, "y": 0}, "category": "Gold"}]},
  {"row_number": "B", "position": {"x": 0, "y": 30}, "seats": [
   {"seat_guid": "b1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": "Silver"},
   {"seat_guid": "b2", "seat_number": "2", "position": {"x": 25, "y": 0}, "category": "Silver"}]}],
  "areas": [{"shape": "rectangle", "position": {"x": -20, "y": -60}, "rectangle": {"width": 100, "height": 30},
   "rotation": 0, "color": "#334155", "text": {"text": "Stage", "position": {"x": 50, "y": 15}}}]},
 {"name": "Circle", "position": {"x": 0, "y": 200}, "rows": [
  {"row_number": "C", "position": {"x": 10, "y": 5}, "seats": [
   {"seat_guid": "c1", "seat_number": "1", "position": {"x": 0, "y": 0}, "category": ""}]}], "areas": []}]}`;

export function hall(): PlanDocument {
  return parsePlan(HALL_TEXT).document;
}

export function zoneAt(document: PlanDocument, index: number): Zone {
  const zone = document.zones[index];
  if (zone === undefined) throw new RangeError(`There is no section ${index}`);
  return zone;
}

/** A row by its name. */
export function rowNamed(document: PlanDocument, name: string): Row {
  const row = document.zones
    .flatMap(({ rows }) => rows)
    .find(({ json }) => json['row_number'] === name);
  if (row === undefined) throw new RangeError(`There is no row ${name}`);
  return row;
}
