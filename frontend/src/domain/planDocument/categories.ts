import { type PlanDocument, withJson } from '@/domain/planDocument/document';
import { withSeatsOf } from '@/domain/planDocument/edits';
import { type JsonObject, objectsIn, textAt } from '@/domain/planDocument/json';
import { mapPlan } from '@/domain/planDocument/walk';

export interface Category {
  readonly name: string;
  readonly color: string;
}

export function categoriesOf({ json }: PlanDocument): Category[] {
  return objectsIn(json['categories']).map((category) => ({
    name: textAt(category, 'name'),
    color: textAt(category, 'color') || '#7c8797',
  }));
}

/** Add, rename, recolour or remove a category; its seats follow a new name. */
export function withCategory(
  document: PlanDocument,
  name: string | null,
  category: Category | null,
): PlanDocument {
  const before = objectsIn(document.json['categories']);
  const after =
    name === null
      ? [...before, ...(category === null ? [] : [{ ...category }])]
      : before.flatMap((json) =>
          textAt(json, 'name') !== name
            ? [json]
            : category === null
              ? []
              : [{ ...json, ...category }],
        );
  const changed = { ...document, json: { ...document.json, categories: after } };
  if (name === null || category?.name === name) return changed;
  const replacement = category?.name ?? '';
  const all = new Set(changed.zones.map(({ key }) => key));
  return mapPlan(
    withSeatsOf(changed, all, (seat) =>
      textAt(seat.json, 'category') === name
        ? withJson(seat, { ...seat.json, category: replacement })
        : seat,
    ),
    {
      area: (area) => {
        const standing = area.json['standing'];
        if (typeof standing !== 'object' || standing === null) return area;
        if ((standing as JsonObject)['category'] !== name) return area;
        return withJson(area, {
          ...area.json,
          standing: { ...(standing as JsonObject), category: replacement },
        });
      },
    },
  );
}
