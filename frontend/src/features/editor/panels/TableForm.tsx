import type { Key, PlanDocument, Row } from '@/domain/planDocument/document';
import { categorised, withJsonOf } from '@/domain/planDocument/edits';
import { textAt, withKey } from '@/domain/planDocument/json';
import { type Table, tableOf } from '@/domain/planDocument/shapes';
import { radiusOfRow, rebuiltTable, type TablePlan } from '@/domain/planDocument/tables';
import { findRow } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, NumberInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { common, useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const MAX_CHAIRS = 60;

/** What can be set of the selected tables. */
export function TableForm() {
  const { store } = useEditor();
  const { document, selection } = useEditorState().history.state;
  const found = tablesOf(document, selection);
  const [first] = found;
  const values = {
    name: first === undefined ? '' : textAt(first.row.json, 'row_number'),
    shape: common(
      found.map(({ table }): string => table.shape),
      '*',
    ),
    chairs: common(
      found.map(({ row }) => row.seats.length),
      NaN,
    ),
    sold: common(
      found.map(({ table }): string => table.sold),
      '*',
    ),
    category: common(
      found.flatMap(({ row }) => row.seats.map((seat) => textAt(seat.json, 'category'))),
      '*',
    ),
  };
  const { control, onCommit } = useCommitForm(values, (changed) => {
    store.run(t('editor:did_change'), (plan) => changedTables(plan, selection, changed));
  });

  return (
    <Group title={t('editor:tablesTitle', { count: found.length })}>
      {found.length === 1 && (
        <TextInput
          {...{ control, onCommit }}
          name="name"
          label={t('editor:tableName')}
          maxLength={50}
        />
      )}
      <ChoiceInput
        {...{ control, onCommit }}
        name="shape"
        label={t('editor:tableShape')}
        choices={tableShapes()}
      />
      <NumberInput
        {...{ control, onCommit }}
        name="chairs"
        label={t('editor:chairs')}
        min={1}
        max={MAX_CHAIRS}
      />
      <ChoiceInput
        {...{ control, onCommit }}
        name="sold"
        label={t('editor:sold')}
        choices={soldChoices()}
      />
      <ChoiceInput
        {...{ control, onCommit }}
        name="category"
        label={t('editor:category')}
        choices={useCategoryChoices()}
      />
    </Group>
  );
}

interface TableValues {
  readonly name: string;
  readonly shape: string;
  readonly chairs: number;
  readonly sold: string;
  readonly category: string;
}

function changedTables(
  plan: PlanDocument,
  selection: ReadonlySet<Key>,
  { name, shape, chairs, sold, category }: Partial<TableValues>,
): PlanDocument {
  const tables = tablesOf(plan, selection);
  const keys = new Set(tables.map(({ row }) => row.key));
  let result = plan;
  if (name !== undefined) {
    result = withJsonOf(result, keys, (json, kind) =>
      kind === 'row' ? withKey(json, 'row_number', name) : json,
    );
  }
  if (category !== undefined) result = categorised(result, keys, category);
  if ((shape ?? chairs ?? sold) === undefined) return result;
  for (const { row, table } of tables) {
    const after: TablePlan = {
      shape: shape === undefined ? table.shape : shape === 'long' ? 'long' : 'round',
      chairs: chairs ?? row.seats.length,
      sold: sold === undefined ? table.sold : sold === 'whole' ? 'whole' : 'seat',
    };
    const style = { category: category ?? '', radius: radiusOfRow(row, 10) };
    result = rebuiltTable(result, row.key, after, style);
  }
  return result;
}

function tablesOf(plan: PlanDocument, keys: ReadonlySet<Key>): { row: Row; table: Table }[] {
  return [...keys].flatMap((key) => {
    const row = findRow(plan, key)?.row;
    const table = row === undefined ? null : tableOf(row);
    return row === undefined || table === null ? [] : [{ row, table }];
  });
}

export function tableShapes() {
  return [
    { id: 'round', name: t('editor:table_round') },
    { id: 'long', name: t('editor:table_long') },
  ];
}

export function soldChoices() {
  return [
    { id: 'seat', name: t('editor:sold_seat') },
    { id: 'whole', name: t('editor:sold_whole') },
  ];
}
