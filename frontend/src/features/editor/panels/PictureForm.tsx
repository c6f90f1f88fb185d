import { BACKGROUND, type Key } from '@/domain/planDocument/document';
import { numberAt, objectAt } from '@/domain/planDocument/json';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { NumberInput, SliderInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

/** What can be set of the picture to trace from, or of the focal point. */
export function PictureForm({ itemKey }: { readonly itemKey: Key }) {
  const { store } = useEditor();
  const { document } = useEditorState().history.state;
  const isPicture = itemKey === BACKGROUND;
  const name = isPicture ? 'background' : 'focal_point';
  const item = objectAt(document.json, name);
  const values = {
    x: numberAt(item, 'x'),
    y: numberAt(item, 'y'),
    width: numberAt(item, 'width'),
    opacity: Math.round(100 * numberAt(item, 'opacity', 0.5)),
  };
  const { control, onCommit } = useCommitForm(values, ({ opacity, width, ...changed }) => {
    store.run(t('editor:did_change'), (plan) => {
      const before = objectAt(plan.json, name);
      const ratio = numberAt(before, 'height') / (numberAt(before, 'width') || 1);
      const after = {
        ...before,
        ...changed,
        ...(width !== undefined && { width, height: width * ratio }),
        ...(opacity !== undefined && { opacity: opacity / 100 }),
      };
      return { ...plan, json: { ...plan.json, [name]: after } };
    });
  });

  return (
    <Group title={t(isPicture ? 'editor:tool_image' : 'editor:tool_focal')}>
      <div className="ed-pair">
        <NumberInput {...{ control, onCommit }} name="x" label={t('editor:left')} />
        <NumberInput {...{ control, onCommit }} name="y" label={t('editor:top')} />
      </div>
      {isPicture && (
        <>
          <NumberInput {...{ control, onCommit }} name="width" label={t('editor:width')} min={1} />
          <SliderInput {...{ control, onCommit }} name="opacity" label={t('editor:opacity')} />
        </>
      )}
    </Group>
  );
}
