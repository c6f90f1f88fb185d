import { Button as PlainButton, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Link } from 'react-router';

import type { SeatingPlan } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import type { Level } from '@/domain/planDocument/selection';
import { redoLast, undoLast } from '@/features/editor/actions';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { IconButton } from '@/features/editor/panels/ArrangeBar';
import type { SaveStatus } from '@/features/editor/saving/autosave';
import { ToolIcon } from '@/features/editor/ToolIcon';
import { t } from '@/i18n/language';

const LEVELS: readonly Level[] = ['zone', 'row', 'seat'];

interface TopBarProps {
  readonly plan: SeatingPlan;
  readonly status: SaveStatus;
  readonly isSavingVersion: boolean;
  readonly onSaveVersion: () => void;
  readonly onShortcuts: () => void;
  readonly onPanel: () => void;
}

export function TopBar({
  plan,
  status,
  isSavingVersion,
  onSaveVersion,
  onShortcuts,
  onPanel,
}: TopBarProps) {
  const { store, stage } = useEditor();
  const { history, level, snaps } = useEditorState();
  const announce = useAnnounce();
  return (
    <div className="ed-top">
      <Link className="icon-button" to={`/organise/plans/${plan.id}`} aria-label={t('editor:back')}>
        <Icon name="back" />
      </Link>
      <div className="ed-title">
        <h1>{plan.name}</h1>
        <p className="ed-status" data-kind={status.kind} role="status">
          {t(`editor:status_${status.kind}`)}
        </p>
      </div>
      <div className="ed-top__group">
        <IconButton
          icon="undo"
          label={t('editor:undo')}
          isDisabled={history.done === null}
          onPress={() => {
            announce(undoLast(store) ?? '', 'quiet');
          }}
        />
        <IconButton
          icon="redo"
          label={t('editor:redo')}
          isDisabled={history.undone === null}
          onPress={() => {
            announce(redoLast(store) ?? '', 'quiet');
          }}
        />
      </div>
      <ToggleButtonGroup
        className="ed-levels"
        aria-label={t('editor:selects')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[level]}
        onSelectionChange={(keys) => {
          const [chosen] = keys;
          if (chosen !== undefined) store.set({ level: chosen as Level, tool: 'select' });
        }}
      >
        {LEVELS.map((one) => (
          <ToggleButton key={one} id={one}>
            {t(`editor:level_${one}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <ToggleButton
        className="ed-icon ed-wide"
        aria-label={t('editor:snap')}
        isSelected={snaps}
        onChange={(isSet) => {
          store.set({ snaps: isSet });
        }}
      >
        <ToolIcon name="magnet" />
        <span className="ed-tip" aria-hidden="true">
          {t('editor:snap')}
        </span>
      </ToggleButton>
      <div className="ed-top__group ed-zoom">
        <PlainButton
          className="ed-icon"
          aria-label={t('editor:zoomOut')}
          onPress={() => stage()?.view.zoomBy(0.8)}
        >
          <Icon name="minus" />
        </PlainButton>
        <PlainButton
          className="ed-icon"
          aria-label={t('editor:zoomAll')}
          onPress={() => stage()?.showAll()}
        >
          <Icon name="fit" />
        </PlainButton>
        <PlainButton
          className="ed-icon"
          aria-label={t('editor:zoomIn')}
          onPress={() => stage()?.view.zoomBy(1.25)}
        >
          <Icon name="plus" />
        </PlainButton>
      </div>
      <PlainButton
        className="ed-icon ed-wide"
        aria-label={t('editor:shortcuts')}
        onPress={onShortcuts}
      >
        <Icon name="keyboard" />
        <span className="ed-tip" aria-hidden="true">
          {t('editor:shortcuts')}
        </span>
      </PlainButton>
      <Button look="primary" className="ed-save" busy={isSavingVersion} onClick={onSaveVersion}>
        <span className="ed-save__long">{t('editor:saveVersion')}</span>
        <span className="ed-save__short">{t('editor:saveVersion_short')}</span>
      </Button>
      <PlainButton className="ed-icon ed-narrow" aria-label={t('editor:panels')} onPress={onPanel}>
        <ToolIcon name="panel" />
      </PlainButton>
    </div>
  );
}
