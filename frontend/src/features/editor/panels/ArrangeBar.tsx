import type { ReactNode } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Toolbar } from 'react-aria-components';

import { useAnnounce } from '@/components/announce';
import type { Command } from '@/domain/planDocument/history';
import { sameCategory, sameKind, sameRow, sameSection } from '@/domain/planDocument/selection';
import {
  aligned,
  distributed,
  type Edge,
  mirrored,
  rotated,
} from '@/domain/planDocument/transform';
import { duplicateSelected, removeSelected, selectionSentence } from '@/features/editor/actions';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { ToolIcon, type ToolIconName } from '@/features/editor/ToolIcon';
import { t } from '@/i18n/language';

const EDGES: readonly Edge[] = ['left', 'center', 'right', 'top', 'middle', 'bottom'];
const LIKE = {
  kind: sameKind,
  row: sameRow,
  section: sameSection,
  category: sameCategory,
} as const;
const QUARTER = 90;

/** Arranges, copies and removes the selection, and extends it. */
export function ArrangeBar() {
  const { store } = useEditor();
  const { selection } = useEditorState().history.state;
  const announce = useAnnounce();
  const run = (label: string, command: Command) => {
    store.run(label, command);
    announce(label, 'quiet');
  };
  const tell = (said: string | null) => {
    if (said !== null) announce(said, 'quiet');
  };

  return (
    <Toolbar className="ed-arrange" aria-label={t('editor:arrange')}>
      <IconButton
        icon="mirrorX"
        label={t('editor:mirrorX')}
        onPress={() => {
          run(t('editor:did_mirror'), (plan) => mirrored(plan, selection, 'horizontal'));
        }}
      />
      <IconButton
        icon="mirrorY"
        label={t('editor:mirrorY')}
        onPress={() => {
          run(t('editor:did_mirror'), (plan) => mirrored(plan, selection, 'vertical'));
        }}
      />
      <IconButton
        icon="turn"
        label={t('editor:turn')}
        onPress={() => {
          run(t('editor:did_rotate'), (plan) => rotated(plan, selection, QUARTER));
        }}
      />
      {selection.size > 1 && (
        <ActionMenu icon="align" label={t('editor:align')}>
          {EDGES.map((edge) => (
            <MenuItem
              key={edge}
              className="ed-list__item"
              onAction={() => {
                run(t('editor:did_align'), (plan) => aligned(plan, selection, edge));
              }}
            >
              {t(`editor:align_${edge}`)}
            </MenuItem>
          ))}
          {(['x', 'y'] as const).map((axis) => (
            <MenuItem
              key={axis}
              className="ed-list__item"
              onAction={() => {
                run(t('editor:did_distribute'), (plan) => distributed(plan, selection, axis));
              }}
            >
              {t(`editor:distribute_${axis}`)}
            </MenuItem>
          ))}
        </ActionMenu>
      )}
      <ActionMenu icon="alike" label={t('editor:selectAlike')}>
        {Object.entries(LIKE).map(([like, find]) => (
          <MenuItem
            key={like}
            className="ed-list__item"
            onAction={() => {
              const keys = find(store.document, selection);
              if (like === 'row' || like === 'category') store.set({ level: 'seat' });
              store.select(keys);
              announce(selectionSentence(store), 'quiet');
            }}
          >
            {t(`editor:same_${like as keyof typeof LIKE}`)}
          </MenuItem>
        ))}
      </ActionMenu>
      <IconButton
        icon="copy"
        label={t('editor:duplicate')}
        onPress={() => {
          tell(duplicateSelected(store));
        }}
      />
      <IconButton
        icon="bin"
        label={t('editor:remove')}
        onPress={() => {
          tell(removeSelected(store));
        }}
      />
    </Toolbar>
  );
}

interface IconButtonProps {
  readonly icon: ToolIconName;
  readonly label: string;
  readonly isDisabled?: boolean;
  readonly onPress: () => void;
}

export function IconButton({ icon, label, isDisabled = false, onPress }: IconButtonProps) {
  return (
    <Button className="ed-icon" aria-label={label} isDisabled={isDisabled} onPress={onPress}>
      <ToolIcon name={icon} />
      <span className="ed-tip" aria-hidden="true">
        {label}
      </span>
    </Button>
  );
}

function ActionMenu({
  icon,
  label,
  children,
}: {
  readonly icon: ToolIconName;
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    <MenuTrigger>
      <Button className="ed-icon" aria-label={label}>
        <ToolIcon name={icon} />
        <span className="ed-tip" aria-hidden="true">
          {label}
        </span>
      </Button>
      <Popover className="ed-popover">
        <Menu className="ed-list">{children}</Menu>
      </Popover>
    </MenuTrigger>
  );
}
