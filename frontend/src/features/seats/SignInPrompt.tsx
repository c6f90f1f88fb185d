import { Link, useLocation } from 'react-router';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { seatName } from '@/domain/seatMap/seatNames';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { forgetPick, pickState } from '@/features/seats/pickBeforeSignIn';
import { t } from '@/i18n/language';
import { signInPath, withReturn } from '@/paths';

interface SignInPromptProps {
  /** The seat that is held after signing in; null if none was picked. */
  readonly seat: SeatFacts | null;
  readonly onClose: () => void;
}

export function SignInPrompt({ seat, onClose }: SignInPromptProps) {
  const location = useLocation();
  const { pathname, search } = location;
  const close = () => {
    forgetPick();
    onClose();
  };
  return (
    <Dialog title={t('seats:signIn_title')} onDismiss={close}>
      <p className="dialog__lead">
        {seat === null
          ? t('seats:signIn_note')
          : t('seats:signIn_noteSeat', { seat: seatName(seat) })}
      </p>
      <div className="dialog__actions dialog__actions--stacked">
        <Link
          className="button button--primary"
          data-initial-focus
          to={signInPath(location)}
          state={pickState()}
        >
          {t('seats:signIn')}
        </Link>
        <Link
          className="button button--primary"
          to={withReturn('/guest', pathname + search)}
          state={pickState()}
        >
          {t('seats:buyWithoutAccount')}
        </Link>
        <Link
          className="button button--quiet"
          to={withReturn('/register', pathname + search)}
          state={pickState()}
        >
          {t('seats:createAnAccount')}
        </Link>
        <Button look="plain" onClick={close}>
          {t('seats:signIn_later')}
        </Button>
      </div>
    </Dialog>
  );
}
