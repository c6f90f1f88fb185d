import { Link, useLocation } from 'react-router';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { t } from '@/i18n/language';
import { signInPath, withReturn } from '@/paths';

export function SignInPrompt({ onClose }: { readonly onClose: () => void }) {
  const location = useLocation();
  const { pathname, search } = location;
  return (
    <Dialog title={t('seats:signIn_title')} onDismiss={onClose}>
      <p className="dialog__lead">{t('seats:signIn_note')}</p>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('seats:signIn_later')}</Button>
        <Link className="button button--quiet" to={withReturn('/register', pathname + search)}>
          {t('seats:createAnAccount')}
        </Link>
        <Link className="button button--primary" data-initial-focus to={signInPath(location)}>
          {t('seats:signIn')}
        </Link>
      </div>
    </Dialog>
  );
}
