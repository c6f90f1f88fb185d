import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

import type { StalePlan } from '@/api/planDrafts';
import { Button } from '@/components/Button';
import { TOOLS } from '@/features/editor/editorStore';
import { TOOL_KEYS } from '@/features/editor/keyboard';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';

interface EditorDialogProps {
  readonly title: string;
  readonly isDismissable?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function EditorDialog({
  title,
  isDismissable = true,
  onClose,
  children,
}: EditorDialogProps) {
  return (
    <ModalOverlay
      className="ed-scrim"
      isOpen
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="ed-modal">
        <Dialog className="ed-dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface StaleDialogProps {
  readonly stale: StalePlan;
  readonly onLoadTheirs: () => void;
  readonly onOpenCopy: (planId: number) => void;
}

/** Two people edited the plan: both versions are kept, and one has to be chosen. */
export function StaleDialog({ stale, onLoadTheirs, onOpenCopy }: StaleDialogProps) {
  const { copy, updatedAt, updatedBy } = stale;
  return (
    <EditorDialog title={t('editor:staleTitle')} isDismissable={false} onClose={onLoadTheirs}>
      <p>
        {t('editor:staleText', {
          name: updatedBy ?? t('editor:somebody'),
          time: updatedAt === null ? '–' : formatDateTime(updatedAt),
        })}
      </p>
      <p>{t(copy === null ? 'editor:staleNoCopy' : 'editor:staleCopy')}</p>
      <div className="ed-dialog__actions">
        {copy !== null && (
          <Button
            onClick={() => {
              onOpenCopy(copy);
            }}
          >
            {t('editor:openCopy')}
          </Button>
        )}
        <Button look="primary" onClick={onLoadTheirs}>
          {t('editor:loadTheirs')}
        </Button>
      </div>
    </EditorDialog>
  );
}

const SHORTCUTS = [
  ['Tab', 'editor:key_tab'],
  ['Enter', 'editor:key_enter'],
  ['← ↑ → ↓', 'editor:key_arrows'],
  ['⇧ ← ↑ → ↓', 'editor:key_far'],
  ['Delete', 'editor:key_delete'],
  ['Esc', 'editor:key_escape'],
  ['Ctrl Z', 'editor:undo'],
  ['Ctrl Y', 'editor:redo'],
  ['Ctrl C', 'editor:key_copy'],
  ['Ctrl V', 'editor:key_paste'],
  ['Ctrl D', 'editor:duplicate'],
  ['Ctrl A', 'editor:key_all'],
  ['Ctrl S', 'editor:key_save'],
  ['+ −', 'editor:key_zoom'],
  ['0', 'editor:zoomAll'],
  ['2', 'editor:key_zoomSelection'],
  ['Space', 'editor:key_space'],
  ['Alt', 'editor:key_alt'],
] as const;

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <EditorDialog title={t('editor:shortcuts')} onClose={onClose}>
      <dl className="ed-keys">
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
        {TOOLS.map((tool) => {
          const key = TOOL_KEYS[tool];
          return key === undefined ? null : (
            <div key={tool}>
              <dt>
                <kbd>{key.toUpperCase()}</kbd>
              </dt>
              <dd>{t(`editor:tool_${tool}`)}</dd>
            </div>
          );
        })}
      </dl>
      <div className="ed-dialog__actions">
        <Button look="primary" onClick={onClose}>
          {t('editor:close')}
        </Button>
      </div>
    </EditorDialog>
  );
}
