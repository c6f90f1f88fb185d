import { useState } from 'react';

import { Button } from '@/components/Button';
import { useAnnounce } from '@/components/announce';
import type { Arc } from '@/domain/planDocument/arcCopies';
import { copySelectedAlongArc } from '@/features/editor/actions';
import { useEditor } from '@/features/editor/editorContext';
import { NumberInput } from '@/features/editor/panels/fields';
import { Group } from '@/features/editor/panels/Group';
import { useCommitForm } from '@/features/editor/panels/useCommitForm';
import { t } from '@/i18n/language';

const MAX_COPIES = 50;

/** Copies the selection along an arc, such as blocks around a stage. */
export function ArcCopiesForm() {
  const { store } = useEditor();
  const announce = useAnnounce();
  const [arc, setArc] = useState<Arc>({ copies: 3, degrees: 30, radius: 400 });
  const { control, onCommit } = useCommitForm<Arc>(arc, (changed) => {
    setArc({ ...arc, ...changed });
  });
  const field = { control, onCommit };
  return (
    <Group title={t('editor:arcCopies')}>
      <div className="ed-pair">
        <NumberInput {...field} name="copies" label={t('editor:copies')} min={1} max={MAX_COPIES} />
        <NumberInput {...field} name="degrees" label={t('editor:degrees')} min={-180} max={180} />
      </div>
      <NumberInput
        {...field}
        name="radius"
        label={t('editor:arcRadius')}
        min={-100_000}
        max={100_000}
      />
      <Button
        onClick={() => {
          const said = copySelectedAlongArc(store, arc);
          if (said !== null) announce(said, 'quiet');
        }}
      >
        {t('editor:copyAlongArc')}
      </Button>
    </Group>
  );
}
