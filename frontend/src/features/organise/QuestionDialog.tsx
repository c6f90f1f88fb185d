import type { ReactNode } from 'react';

import { Button } from '@/components/Button';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';

interface QuestionDialogProps {
  readonly title: string;
  readonly lead: string;
  readonly confirmLabel: string;
  /** Default: "Cancel". */
  readonly dismissLabel?: string;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onDismiss: () => void;
  /** More than the lead says. */
  readonly children?: ReactNode;
}

/** Asks before something that takes another's help to undo. */
export function QuestionDialog({
  title,
  lead,
  confirmLabel,
  dismissLabel = t('organisations:cancel'),
  busy,
  error,
  onConfirm,
  onDismiss,
  children,
}: QuestionDialogProps) {
  return (
    <OrganiserDialog title={title} lead={lead} isAlert onDismiss={onDismiss}>
      {children}
      <ErrorNote error={error} />
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{dismissLabel}</Button>
        <Button look="danger" busy={busy} onClick={onConfirm}>
          {confirmLabel}
        </Button>
      </div>
    </OrganiserDialog>
  );
}
