import { Button } from '@/components/Button';
import type { ToolName, ToolOptions } from '@/features/editor/editorStore';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ColorInput } from '@/features/editor/panels/ColorInput';
import { ChoiceInput, NumberInput, SliderInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { RowNamingFields, SeatNumberingFields } from '@/features/editor/panels/NumberingForm';
import { soldChoices, tableShapes } from '@/features/editor/panels/TableForm';
import { useCategoryChoices } from '@/features/editor/panels/useCategories';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const HAS_SEATS: readonly ToolName[] = ['row', 'curve', 'corner', 'block'];

/** How the chosen tool makes objects, and a button that makes one without the pointer. */
export function ToolForm({ tool }: { readonly tool: Exclude<ToolName, 'select' | 'pan'> }) {
  const { store, placeInMiddle } = useEditor();
  const { options } = useEditorState();
  const { control, onCommit } = useCommitForm<ToolOptions>(options, (changed) => {
    store.setOptions(changed);
  });
  const field = { control, onCommit };
  const categories = useCategoryChoices();
  const hasSeats = HAS_SEATS.includes(tool);
  const shapes = (['rectangle', 'ellipse', 'polygon'] as const).map((id) => ({
    id,
    name: t(`editor:shape_${id}`),
  }));

  return (
    <>
      <Group title={t(`editor:tool_${tool}`)}>
        <p className="ed-hint">{t(`editor:hint_${tool}`)}</p>
        {(hasSeats || tool === 'table' || tool === 'standing') && (
          <ChoiceInput
            {...field}
            name="category"
            label={t('editor:category')}
            choices={categories}
          />
        )}
        {hasSeats && (
          <div className="ed-pair">
            {tool === 'block' && (
              <NumberInput {...field} name="rows" label={t('editor:rows')} min={1} max={100} />
            )}
            <NumberInput {...field} name="seats" label={t('editor:seats')} min={1} max={200} />
          </div>
        )}
        {hasSeats && (
          <div className="ed-pair">
            <NumberInput
              {...field}
              name="seatSpacing"
              label={t('editor:seatSpacing')}
              min={5}
              max={500}
            />
            {tool === 'block' && (
              <NumberInput
                {...field}
                name="rowSpacing"
                label={t('editor:rowSpacing')}
                min={5}
                max={500}
              />
            )}
          </div>
        )}
        {(tool === 'curve' || tool === 'block') && (
          <SliderInput {...field} name="bend" label={t('editor:bend')} min={-180} max={180} />
        )}
        {tool === 'block' && (
          <NumberInput {...field} name="growth" label={t('editor:growth')} min={-10} max={10} />
        )}
        {tool === 'table' && (
          <>
            <ChoiceInput
              {...field}
              name="tableShape"
              label={t('editor:tableShape')}
              choices={tableShapes()}
            />
            <NumberInput {...field} name="chairs" label={t('editor:chairs')} min={1} max={60} />
            <ChoiceInput {...field} name="sold" label={t('editor:sold')} choices={soldChoices()} />
          </>
        )}
        {tool === 'standing' && (
          <NumberInput
            {...field}
            name="capacity"
            label={t('editor:capacity')}
            min={1}
            max={100_000}
          />
        )}
        {tool === 'shape' && (
          <>
            <ChoiceInput {...field} name="shape" label={t('editor:shape')} choices={shapes} />
            <ColorInput {...field} name="color" label={t('editor:color')} />
          </>
        )}
        {(tool === 'text' || tool === 'standing') && (
          <TextInput {...field} name="text" label={t('editor:text')} />
        )}
        {tool !== 'image' && (
          <Button look="primary" onClick={placeInMiddle}>
            {t('editor:placeInMiddle')}
          </Button>
        )}
      </Group>
      {hasSeats && (
        <Group title={t('editor:numbering')}>
          <SeatNumberingFields />
          <RowNamingFields />
        </Group>
      )}
    </>
  );
}
