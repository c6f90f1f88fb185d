import type { Key } from '@/domain/planDocument/document';
import { categorised, withJsonOf } from '@/domain/planDocument/edits';
import { textAt, withKey } from '@/domain/planDocument/json';
import { tableOf } from '@/domain/planDocument/shapes';
import { radiusOfRow, rebuiltTable } from '@/domain/planDocument/tables';
import { findRow } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, Group, NumberInput, TextInput } from '@/features/editor/panels/fields';
import { common, useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const MAX_CHAIRS = 60;

/** What can be set of a table. */
export function TableForm({ rowKey }: { readonly rowKey: Key }) {
  const { store } = useEditor();
  const { document } = useEditorState().history.state;
  const row = findRow(document, rowKey)?.row;
  const table = row === undefined ? null : tableOf(row);
  const values = {
    name: row === undefined ? '' : textAt(row.json, 'row_number'),
    shape: table?.shape ?? 'round',
    chairs: row?.seats.length ?? 0,
    sold: table?.sold ?? 'seat',
    category: common(row?.seats.map((seat) => textAt(seat.json, 'category')) ?? [], '*'),
  };
  const { control, onCommit } = useCommitForm(values, (changed) => {
    const keys = new Set([rowKey]);
    store.run(t('editor:did_change'), (plan) => {
      let result = plan;
      const { name, category } = changed;
      if (name !== undefined) {
        result = withJsonOf(result, keys, (json) => withKey(json, 'row_number', name));
      }
      if (category !== undefined) result = categorised(result, keys, category);
      if (row === undefined || (name ?? category) !== undefined) return result;
      const style = { category: '', radius: radiusOfRow(row, 10) };
      return rebuiltTable(result, rowKey, { ...values, ...changed }, style);
    });
  });

  return (
    <Group title={t('editor:tool_table')}>
      <TextInput
        {...{ control, onCommit }}
        name="name"
        label={t('editor:tableName')}
        maxLength={50}
      />
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
