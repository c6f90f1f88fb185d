/**
 * A seating plan while it is edited: pretix's plan JSON with our optional keys. Each object keeps
 * the JSON that it was read from, so that unknown keys survive. Everything is immutable, and an
 * edited document shares all that has not changed with the one before.
 */
import type { Point } from '@/domain/geometry';
import {
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  objectsIn,
} from '@/domain/planDocument/json';

/** Identifies an object while it is edited; never stored. */
export type Key = number;

/** Keys of what a plan has one of. */
export const FOCAL_POINT: Key = -1;
export const BACKGROUND: Key = -2;

/** x and y are relative to what contains the item. */
interface Item extends Point {
  readonly key: Key;
  /** As in the file; lists of items are empty, since the item's own fields replace them. */
  readonly json: JsonObject;
}

export interface Seat extends Item {
  readonly kind: 'seat';
}

/** A row of seats, or the chairs of one table. */
export interface Row extends Item {
  readonly kind: 'row';
  readonly seats: readonly Seat[];
}

/** A shape, a text or a standing area. */
export interface Area extends Item {
  readonly kind: 'area';
}

/** A section of the plan. */
export interface Zone extends Item {
  readonly kind: 'zone';
  readonly rows: readonly Row[];
  readonly areas: readonly Area[];
}

export interface PlanDocument {
  readonly json: JsonObject;
  readonly zones: readonly Zone[];
}

/** A document with the text that it was read from. */
export interface Source {
  readonly text: string;
  readonly document: PlanDocument;
}

let lastKey = 0;

export function newKey(): Key {
  lastKey += 1;
  return lastKey;
}

/** Parse a plan. Raises: SyntaxError if the text is not the JSON of an object. */
export function parsePlan(text: string): Source {
  const json = JSON.parse(text) as Json;
  if (!isObject(json)) throw new SyntaxError('A plan is a JSON object');
  return {
    text,
    document: { json: emptied(json, 'zones'), zones: objectsIn(json['zones']).map(zoneFrom) },
  };
}

/** Return the document's JSON text: the original, to the byte, if nothing has changed. */
export function serialise(document: PlanDocument, source: Source | null = null): string {
  return document === source?.document ? source.text : JSON.stringify(jsonOf(document));
}

export function jsonOf({ json, zones }: PlanDocument): JsonObject {
  return filled(json, 'zones', zones.map(jsonOfZone));
}

export function jsonOfZone({ json, rows, areas }: Zone): JsonObject {
  const withRows = filled(json, 'rows', rows.map(jsonOfRow));
  return filled(
    withRows,
    'areas',
    areas.map((area) => area.json),
  );
}

export function jsonOfRow({ json, seats }: Row): JsonObject {
  return filled(
    json,
    'seats',
    seats.map((seat) => seat.json),
  );
}

export function zoneFrom(json: JsonObject): Zone {
  return {
    kind: 'zone',
    key: newKey(),
    ...positionOf(json),
    json: emptied(emptied(json, 'rows'), 'areas'),
    rows: objectsIn(json['rows']).map(rowFrom),
    areas: objectsIn(json['areas']).map(areaFrom),
  };
}

export function rowFrom(json: JsonObject): Row {
  return {
    kind: 'row',
    key: newKey(),
    ...positionOf(json),
    json: emptied(json, 'seats'),
    seats: objectsIn(json['seats']).map(seatFrom),
  };
}

export function seatFrom(json: JsonObject): Seat {
  return { kind: 'seat', key: newKey(), ...positionOf(json), json };
}

export function areaFrom(json: JsonObject): Area {
  return { kind: 'area', key: newKey(), ...positionOf(json), json };
}

/** Return the item at another position, with its JSON. */
export function at<T extends Item>(item: T, x: number, y: number): T {
  const [left, top] = [rounded(x), rounded(y)];
  if (left === item.x && top === item.y) return item;
  const position = { ...objectAt(item.json, 'position'), x: left, y: top };
  return { ...item, x: left, y: top, json: { ...item.json, position } };
}

/** Return the item with other JSON. Its position must stay the same. */
export function withJson<T extends { readonly json: JsonObject }>(item: T, json: JsonObject): T {
  return { ...item, json };
}

/** To thousandths of a unit, which the server keeps. */
export function rounded(value: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(value * 1000) / 1000 + 0;
}

function positionOf(json: JsonObject): Point {
  const position = objectAt(json, 'position');
  return { x: numberAt(position, 'x'), y: numberAt(position, 'y') };
}

/** Drop the items of a list, which keeps its place among the keys. */
function emptied(json: JsonObject, key: string): JsonObject {
  return Array.isArray(json[key]) ? { ...json, [key]: [] } : json;
}

function filled(json: JsonObject, key: string, items: readonly JsonObject[]): JsonObject {
  return key in json || items.length > 0 ? { ...json, [key]: items } : json;
}
