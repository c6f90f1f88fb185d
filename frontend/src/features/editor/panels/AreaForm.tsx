import type { Key } from '@/domain/planDocument/document';
import { categorised, inZone, withJsonOf } from '@/domain/planDocument/edits';
import { isObject, type JsonObject, numberAt, objectAt, textAt } from '@/domain/planDocument/json';
import { standingOf } from '@/domain/planDocument/shapes';
import { find } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, NumberInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { ColorInput } from '@/features/editor/panels/ColorInput';
import { useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const TEXT_SIZE = 16;
const MAX_CAPACITY = 100_000;

/** What can be set of a shape, a text or a standing area. */
export function AreaForm({ areaKey }: { readonly areaKey: Key }) {
  const { store } = useEditor();
  const { document } = useEditorState().history.state;
  const found = find(document, areaKey);
  const area = found?.kind === 'area' ? found.area : undefined;
  const json: JsonObject = area?.json ?? {};
  const standing = area === undefined ? null : standingOf(area);
  const text = objectAt(json, 'text');
  const isText = textAt(json, 'shape') === 'text';
  const values = {
    text: textAt(text, 'text'),
    textSize: numberAt(text, 'size', TEXT_SIZE),
    textColor: textAt(text, 'color') || '#64748b',
    color: textAt(json, 'color') || '#cbd5e1',
    rotation: numberAt(json, 'rotation'),
    capacity: standing?.capacity ?? 0,
    category: standing?.category ?? '',
    section: String(found?.zone.key ?? ''),
  };
  const { control, onCommit } = useCommitForm(values, (changed) => {
    const keys = new Set([areaKey]);
    store.run(t('editor:did_change'), (plan) => {
      let result = withJsonOf(plan, keys, (before) => changedArea(before, changed));
      if (changed.category !== undefined) result = categorised(result, keys, changed.category);
      return changed.section === undefined ? result : inZone(result, keys, Number(changed.section));
    });
  });
  const categories = useCategoryChoices();
  const sections = document.zones.map((zone) => ({
    id: String(zone.key),
    name: textAt(zone.json, 'name') || t('editor:unnamed'),
  }));

  return (
    <Group
      title={t(
        standing === null
          ? isText
            ? 'editor:tool_text'
            : 'editor:tool_shape'
          : 'editor:tool_standing',
      )}
    >
      <TextInput {...{ control, onCommit }} name="text" label={t('editor:text')} maxLength={100} />
      {standing !== null && (
        <>
          <NumberInput
            {...{ control, onCommit }}
            name="capacity"
            label={t('editor:capacity')}
            min={1}
            max={MAX_CAPACITY}
          />
          <ChoiceInput
            {...{ control, onCommit }}
            name="category"
            label={t('editor:category')}
            choices={categories}
          />
        </>
      )}
      <div className="ed-pair">
        <NumberInput
          {...{ control, onCommit }}
          name="textSize"
          label={t('editor:textSize')}
          min={1}
          max={500}
        />
        <NumberInput
          {...{ control, onCommit }}
          name="rotation"
          label={t('editor:rotation')}
          min={0}
          max={360}
        />
      </div>
      <div className="ed-pair">
        <ColorInput {...{ control, onCommit }} name="textColor" label={t('editor:textColor')} />
        {!isText && standing === null && (
          <ColorInput {...{ control, onCommit }} name="color" label={t('editor:color')} />
        )}
      </div>
      <ChoiceInput
        {...{ control, onCommit }}
        name="section"
        label={t('editor:section')}
        choices={sections}
      />
    </Group>
  );
}

interface AreaValues {
  readonly text: string;
  readonly textSize: number;
  readonly textColor: string;
  readonly color: string;
  readonly rotation: number;
  readonly capacity: number;
}

function changedArea(json: JsonObject, changed: Partial<AreaValues>): JsonObject {
  const { text, textSize, textColor, color, rotation, capacity } = changed;
  const standing = json['standing'];
  const hasText = (text ?? textSize ?? textColor) !== undefined;
  return {
    ...json,
    ...(color !== undefined && { color }),
    ...(rotation !== undefined && { rotation }),
    ...(hasText && {
      text: {
        position: { x: 0, y: 0 },
        ...objectAt(json, 'text'),
        ...(text !== undefined && { text }),
        ...(textSize !== undefined && { size: textSize }),
        ...(textColor !== undefined && { color: textColor }),
      },
    }),
    ...(capacity !== undefined && isObject(standing) && { standing: { ...standing, capacity } }),
  };
}
