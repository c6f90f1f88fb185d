import { textAt, withKey } from '@/domain/planDocument/json';
import type { Key, PlanDocument } from '@/domain/planDocument/document';
import { categorised, inZone, withJsonOf } from '@/domain/planDocument/edits';
import { relaidRow, type RowShape, rowShapeOf } from '@/domain/planDocument/rowShapes';
import { findRow } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, NumberInput, SliderInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { useCategoryChoices, common } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const MAX_SEATS = 500;
const MAX_BEND = 180;

/** What can be set of the selected rows. */
export function RowForm() {
  const { store } = useEditor();
  const { document, selection } = useEditorState().history.state;
  const rows = [...selection].flatMap((key) => findRow(document, key) ?? []);
  const shapes = rows.map(({ row }) => rowShapeOf(row));
  const isOne = rows.length === 1;
  const values = {
    name: common(
      rows.map(({ row }) => textAt(row.json, 'row_number')),
      '',
    ),
    category: common(
      rows.flatMap(({ row }) => row.seats.map((seat) => textAt(seat.json, 'category'))),
      '*',
    ),
    section: common(
      rows.map(({ zone }) => String(zone.key)),
      '*',
    ),
    seats: common(
      shapes.map(({ count }) => count),
      NaN,
    ),
    spacing: common(
      shapes.map(({ spacing }) => Math.round(spacing * 100) / 100),
      NaN,
    ),
    bend: common(
      shapes.map(({ bend }) => bend),
      0,
    ),
  };
  const { control, onCommit } = useCommitForm(values, (changed) => {
    store.run(t('editor:did_change'), (plan) => changedRows(plan, selection, changed));
  });
  const categories = useCategoryChoices();
  const sections = document.zones.map(({ key, json }) => ({
    id: String(key),
    name: textAt(json, 'name') || t('editor:unnamed'),
  }));

  return (
    <Group title={t('editor:rowsTitle', { count: rows.length })}>
      {isOne && (
        <TextInput
          {...{ control, onCommit }}
          name="name"
          label={t('editor:rowName')}
          maxLength={50}
        />
      )}
      <ChoiceInput
        {...{ control, onCommit }}
        name="category"
        label={t('editor:category')}
        choices={categories}
      />
      <ChoiceInput
        {...{ control, onCommit }}
        name="section"
        label={t('editor:section')}
        choices={sections}
      />
      <div className="ed-pair">
        <NumberInput
          {...{ control, onCommit }}
          name="seats"
          label={t('editor:seats')}
          min={1}
          max={MAX_SEATS}
        />
        <NumberInput
          {...{ control, onCommit }}
          name="spacing"
          label={t('editor:seatSpacing')}
          min={1}
          max={500}
        />
      </div>
      <SliderInput
        {...{ control, onCommit }}
        name="bend"
        label={t('editor:bend')}
        min={-MAX_BEND}
        max={MAX_BEND}
      />
    </Group>
  );
}

interface RowValues {
  readonly name: string;
  readonly category: string;
  readonly section: string;
  readonly seats: number;
  readonly spacing: number;
  readonly bend: number;
}

function changedRows(
  plan: PlanDocument,
  keys: ReadonlySet<Key>,
  { name, category, section, seats, spacing, bend }: Partial<RowValues>,
): PlanDocument {
  let result = plan;
  if (name !== undefined) {
    result = withJsonOf(result, keys, (json, kind) =>
      kind === 'row' ? withKey(json, 'row_number', name) : json,
    );
  }
  if (category !== undefined) result = categorised(result, keys, category);
  if (seats !== undefined || spacing !== undefined || bend !== undefined) {
    for (const key of keys) {
      const row = findRow(result, key)?.row;
      if (row === undefined) continue;
      const before = rowShapeOf(row);
      const after: RowShape = {
        count: seats ?? before.count,
        spacing: spacing ?? before.spacing,
        bend: bend ?? before.bend,
      };
      result = relaidRow(result, key, after);
    }
  }
  return section === undefined ? result : inZone(result, keys, Number(section));
}
