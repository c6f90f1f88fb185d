import { Button } from '@/components/Button';
import { useAnnounce } from '@/components/announce';
import {
  renamedRows,
  renumbered,
  type RowNaming,
  SEAT_SCHEMES,
  type SeatNumbering,
} from '@/domain/planDocument/numbering';
import { find } from '@/domain/planDocument/walk';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ChoiceInput, NumberInput, TextInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

/** Names the selected rows, and numbers their seats. */
export function NumberingForm() {
  const { store } = useEditor();
  const announce = useAnnounce();
  const { options } = useEditorState();
  const apply = (what: 'seats' | 'rows') => {
    const rows = new Set(
      [...store.selection].flatMap((key) => {
        const found = find(store.document, key);
        if (found?.kind === 'row') return [key];
        return found?.kind === 'zone' ? found.zone.rows.map((row) => row.key) : [];
      }),
    );
    const label = t(what === 'seats' ? 'editor:did_number' : 'editor:did_name');
    store.run(label, (plan) =>
      what === 'seats'
        ? renumbered(plan, rows, options.numbering)
        : renamedRows(plan, rows, options.naming),
    );
    announce(label, 'quiet');
  };

  return (
    <Group title={t('editor:numbering')}>
      <SeatNumberingFields />
      <Button
        onClick={() => {
          apply('seats');
        }}
      >
        {t('editor:numberSeats')}
      </Button>
      <RowNamingFields />
      <Button
        onClick={() => {
          apply('rows');
        }}
      >
        {t('editor:nameRows')}
      </Button>
    </Group>
  );
}

export function SeatNumberingFields() {
  const { store } = useEditor();
  const { numbering } = useEditorState().options;
  const { control, onCommit } = useCommitForm(
    { ...numbering },
    (changed: Partial<SeatNumbering>) => {
      store.setOptions({ numbering: { ...store.getState().options.numbering, ...changed } });
    },
  );
  const schemes = SEAT_SCHEMES.map((id) => ({ id, name: t(`editor:scheme_${id}`) }));
  const sides = (['left', 'right'] as const).map((id) => ({ id, name: t(`editor:from_${id}`) }));
  return (
    <>
      <ChoiceInput
        {...{ control, onCommit }}
        name="scheme"
        label={t('editor:seatNumbers')}
        choices={schemes}
      />
      <div className="ed-pair">
        <ChoiceInput
          {...{ control, onCommit }}
          name="from"
          label={t('editor:countsFrom')}
          choices={sides}
        />
        <NumberInput
          {...{ control, onCommit }}
          name="start"
          label={t('editor:startsAt')}
          min={0}
          max={9999}
        />
      </div>
      {numbering.scheme === 'letters' && (
        <TextInput
          {...{ control, onCommit }}
          name="skipped"
          label={t('editor:skipped')}
          maxLength={25}
        />
      )}
    </>
  );
}

export function RowNamingFields() {
  const { store } = useEditor();
  const { naming } = useEditorState().options;
  const { control, onCommit } = useCommitForm({ ...naming }, (changed: Partial<RowNaming>) => {
    store.setOptions({ naming: { ...store.getState().options.naming, ...changed } });
  });
  const schemes = (['letters', 'numbers'] as const).map((id) => ({
    id,
    name: t(`editor:rows_${id}`),
  }));
  const sides = (['top', 'bottom'] as const).map((id) => ({ id, name: t(`editor:from_${id}`) }));
  return (
    <>
      <div className="ed-pair">
        <ChoiceInput
          {...{ control, onCommit }}
          name="scheme"
          label={t('editor:rowNames')}
          choices={schemes}
        />
        <ChoiceInput
          {...{ control, onCommit }}
          name="from"
          label={t('editor:countsFrom')}
          choices={sides}
        />
      </div>
      <div className="ed-pair">
        <NumberInput
          {...{ control, onCommit }}
          name="start"
          label={t('editor:startsAt')}
          min={1}
          max={9999}
        />
        {naming.scheme === 'letters' && (
          <TextInput
            {...{ control, onCommit }}
            name="skipped"
            label={t('editor:skipped')}
            maxLength={25}
          />
        )}
      </div>
    </>
  );
}
