import { Link, useLocation } from 'react-router';

import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { signInPath, withReturn } from '@/lib/paths';

export function SignInPrompt({ onClose }: { readonly onClose: () => void }) {
  const location = useLocation();
  return (
    <Dialog title="Sign in to hold seats" onDismiss={onClose}>
      <p className="dialog__lead">
        Anyone may watch. To hold a seat we need to know whose it is; you come straight back here.
      </p>
      <div className="dialog__actions">
        <Button onClick={onClose}>Keep watching</Button>
        <Link className="button button--quiet" to={withReturn('/register', location.pathname)}>
          Create an account
        </Link>
        <Link className="button button--primary" to={signInPath(location)}>
          Sign in
        </Link>
      </div>
    </Dialog>
  );
}
