import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

import '@/components/dialog.css';
import '@/components/ariaStyles';
import './organiserDialog.css';

interface OrganiserDialogProps {
  readonly title: string;
  readonly lead?: string;
  /** For a question whose answer cannot be taken back. */
  readonly isAlert?: boolean;
  readonly onDismiss: () => void;
  readonly children: ReactNode;
}

/** A modal dialog of the organisers' pages. */
export function OrganiserDialog({
  title,
  lead,
  isAlert = false,
  onDismiss,
  children,
}: OrganiserDialogProps) {
  return (
    <ModalOverlay
      className="organiser-dialog__scrim"
      isOpen
      isDismissable={!isAlert}
      onOpenChange={(isOpen) => {
        if (!isOpen) onDismiss();
      }}
    >
      <Modal className="organiser-dialog">
        <Dialog className="organiser-dialog__body" role={isAlert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" className="dialog__title">
            {title}
          </Heading>
          {lead !== undefined && <p className="dialog__lead">{lead}</p>}
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
