import { type ReactNode, use, useLayoutEffect, useId, useRef } from 'react';

import { AnnouncerPlaceContext } from '@/components/announce';
import { useOpeningGuard } from '@/components/useOpeningGuard';

import './dialog.css';

interface DialogProps {
  readonly title: string;
  readonly art?: ReactNode;
  readonly children: ReactNode;
  /** Whether it opens without the user asking for it. */
  readonly opensByItself?: boolean;
  /** Escape was pressed, or the backdrop clicked. */
  readonly onDismiss: () => void;
}

/** Modal dialog, open while rendered. The browser traps the focus and restores it. */
export function Dialog({ title, art, children, opensByItself = false, onDismiss }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const placeAnnouncer = use(AnnouncerPlaceContext);
  useOpeningGuard(ref, { opensByItself });

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // showModal() moves the focus to the start, after React's autoFocus.
    dialog?.querySelector<HTMLElement>('[data-initial-focus]')?.focus();
    placeAnnouncer(dialog);
    // Close before unmounting: a removed dialog does not restore the focus.
    return () => {
      placeAnnouncer(null);
      dialog?.close();
    };
  }, [placeAnnouncer]);

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
