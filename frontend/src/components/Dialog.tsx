import { type ReactNode, useLayoutEffect, useId, useRef } from 'react';

import './dialog.css';

interface DialogProps {
  readonly title: string;
  readonly art?: ReactNode;
  readonly children: ReactNode;
  /** The person pressed Escape, or clicked beside it. */
  readonly onDismiss: () => void;
}

/** Open for as long as it is rendered. The browser keeps the focus inside and gives it back. */
export function Dialog({ title, art, children, onDismiss }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // React's autoFocus comes before the dialog opens, which then moves the focus to its start.
    dialog?.querySelector<HTMLElement>('[data-initial-focus]')?.focus();
    // Before it is taken from the page: one that is gone gives no focus back.
    return () => {
      dialog?.close();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onDismiss();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onDismiss();
      }}
    >
      <div className="dialog__body">
        {art}
        <h2 id={titleId} className="dialog__title">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
