import { countSeats, find } from '@/domain/planDocument/walk';
import { Button } from '@/components/Button';
import { BACKGROUND, FOCAL_POINT, type Zone } from '@/domain/planDocument/document';
import { kindOf } from '@/domain/planDocument/selection';
import { selectionSentence } from '@/features/editor/actions';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ArcCopiesForm } from '@/features/editor/panels/ArcCopiesForm';
import { AreaForm } from '@/features/editor/panels/AreaForm';
import { ArrangeBar } from '@/features/editor/panels/ArrangeBar';
import { Group } from '@/features/editor/panels/Group';
import { NumberingForm } from '@/features/editor/panels/NumberingForm';
import { PictureForm } from '@/features/editor/panels/PictureForm';
import { RowForm } from '@/features/editor/panels/RowForm';
import { SeatForm } from '@/features/editor/panels/SeatForm';
import { TableForm } from '@/features/editor/panels/TableForm';
import { ToolForm } from '@/features/editor/panels/ToolForm';
import { ZoneForm } from '@/features/editor/panels/ZoneForm';
import { t } from '@/i18n/language';

/** What can be set of the selection, or of the tool that is chosen. */
export function Inspector() {
  const { store } = useEditor();
  const { history, tool } = useEditorState();
  const { document, selection } = history.state;
  if (tool !== 'select' && tool !== 'pan') return <ToolForm tool={tool} />;
  if (selection.size === 0 && document.zones.every(isEmpty)) {
    return (
      <Group>
        <p className="ed-lead">{t('editor:emptyPlan')}</p>
        <p className="ed-hint">{t('editor:emptyPlanHint')}</p>
        {(['stage', 'block'] as const).map((one) => (
          <Button
            key={one}
            onClick={() => {
              store.set({ tool: one });
            }}
          >
            {t(`editor:tool_${one}`)}
          </Button>
        ))}
      </Group>
    );
  }
  if (selection.size === 0) {
    return (
      <Group>
        <p className="ed-lead">{t('editor:seatCount', { count: countSeats(document) })}</p>
        <p className="ed-hint">{t('editor:nothingSelectedHint')}</p>
      </Group>
    );
  }
  const keys = [...selection];
  const kinds = new Set(keys.map((key) => kindOf(find(document, key))));
  const [kind] = kinds;
  const isOne = keys.length === 1;
  const [key = 0] = keys;
  return (
    <>
      <Group>
        <p className="ed-lead">{selectionSentence(store)}</p>
        <ArrangeBar />
      </Group>
      {kinds.has('row') && <RowForm />}
      {kinds.has('seat') && <SeatForm />}
      {kinds.has('table') && <TableForm />}
      {isOne && (kind === 'shape' || kind === 'text' || kind === 'standing') && (
        <AreaForm areaKey={key} />
      )}
      {isOne && kind === 'zone' && <ZoneForm zoneKey={key} />}
      {isOne && (key === BACKGROUND || key === FOCAL_POINT) && <PictureForm itemKey={key} />}
      {(kinds.has('row') || kinds.has('zone')) && <NumberingForm />}
      {(['row', 'table', 'zone'] as const).some((each) => kinds.has(each)) && <ArcCopiesForm />}
    </>
  );
}

function isEmpty({ rows, areas }: Zone): boolean {
  return rows.length + areas.length === 0;
}
