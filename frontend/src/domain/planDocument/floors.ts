import { type Key, type PlanDocument, withJson } from '@/domain/planDocument/document';
import { objectsIn, textAt, withKey } from '@/domain/planDocument/json';
import { mapPlan } from '@/domain/planDocument/walk';

export interface Floor {
  readonly id: string;
  readonly name: string;
}

export function floorsOf({ json }: PlanDocument): Floor[] {
  return objectsIn(json['floors']).map((floor) => ({
    id: textAt(floor, 'id'),
    name: textAt(floor, 'name'),
  }));
}

/** Add a floor, or rename the one with this id. */
export function withFloor(document: PlanDocument, { id, name }: Floor): PlanDocument {
  const before = objectsIn(document.json['floors']);
  const isKnown = before.some((floor) => textAt(floor, 'id') === id);
  const floors = isKnown
    ? before.map((floor) => (textAt(floor, 'id') === id ? { ...floor, name } : floor))
    : [...before, { id, name }];
  return { ...document, json: { ...document.json, floors } };
}

/** Remove a floor. Its sections stay, without a floor. */
export function withoutFloor(document: PlanDocument, id: string): PlanDocument {
  const floors = objectsIn(document.json['floors']).filter((floor) => textAt(floor, 'id') !== id);
  const json = withKey(document.json, 'floors', floors.length > 0 ? floors : undefined);
  const zones = mapPlan(document, {
    zone: (zone) =>
      textAt(zone.json, 'floor') === id
        ? withJson(zone, withKey(zone.json, 'floor', undefined))
        : zone,
  });
  return { ...zones, json };
}

/** Put a section on a floor, or on none. */
export function onFloor(document: PlanDocument, zoneKey: Key, id: string | null): PlanDocument {
  return mapPlan(document, {
    zone: (zone) =>
      zone.key === zoneKey && (textAt(zone.json, 'floor') || null) !== id
        ? withJson(zone, withKey(zone.json, 'floor', id ?? undefined))
        : zone,
  });
}
