import type { Key } from '@/domain/planDocument/document';
import { categorised, withJsonOf } from '@/domain/planDocument/edits';
import { floorsOf, onFloor } from '@/domain/planDocument/floors';
import { textAt } from '@/domain/planDocument/json';
import { find } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { common, useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

interface ZoneFieldsProps {
  readonly zoneKey: Key;
  /** A new section is named at once. */
  readonly isNew?: boolean;
}

/** What can be set of the selected section. */
export function ZoneForm({ zoneKey }: { readonly zoneKey: Key }) {
  return (
    <Group title={t('editor:section')}>
      <ZoneFields zoneKey={zoneKey} />
    </Group>
  );
}

export function ZoneFields({ zoneKey, isNew = false }: ZoneFieldsProps) {
  const { store } = useEditor();
  const { document } = useEditorState().history.state;
  const zone = find(document, zoneKey)?.zone;
  const values = {
    name: zone === undefined ? '' : textAt(zone.json, 'name'),
    floor: zone === undefined ? '' : textAt(zone.json, 'floor'),
    category: common(
      zone?.rows.flatMap((row) => row.seats.map((seat) => textAt(seat.json, 'category'))) ?? [],
      '*',
    ),
  };
  const { control, onCommit } = useCommitForm(values, ({ name, floor, category }) => {
    const keys = new Set([zoneKey]);
    store.run(t('editor:did_change'), (plan) => {
      let result = plan;
      if (name !== undefined) result = withJsonOf(result, keys, (json) => ({ ...json, name }));
      if (category !== undefined) result = categorised(result, keys, category);
      return floor === undefined ? result : onFloor(result, zoneKey, floor || null);
    });
  });
  const floors = [{ id: '', name: t('editor:noFloor') }, ...floorsOf(document)];

  return (
    <>
      <TextInput
        {...{ control, onCommit }}
        name="name"
        label={t('editor:sectionName')}
        isEnteredNow={isNew}
      />
      <ChoiceInput
        {...{ control, onCommit }}
        name="category"
        label={t('editor:category')}
        choices={useCategoryChoices()}
      />
      {floors.length > 1 && (
        <ChoiceInput
          {...{ control, onCommit }}
          name="floor"
          label={t('editor:floor')}
          choices={floors}
        />
      )}
    </>
  );
}
