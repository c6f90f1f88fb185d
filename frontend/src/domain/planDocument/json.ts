/** A decoded JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list that are objects; empty if it is no list. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

export function objectAt(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isObject(value) ? value : {};
}

export function numberAt(json: JsonObject, key: string, otherwise = 0): number {
  const value = json[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

export function textAt(json: JsonObject, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}

/** Return the object with a key set, or left out if the value is undefined. */
export function withKey(json: JsonObject, key: string, value: Json | undefined): JsonObject {
  if (value !== undefined) return { ...json, [key]: value };
  return Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));
}
