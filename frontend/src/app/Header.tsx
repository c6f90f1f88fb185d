import { Link, NavLink, useLocation } from 'react-router';

import { Brand } from '@/app/Brand';
import { Icon } from '@/components/Icon';
import { signInPath } from '@/lib/paths';
import { useMe, useSignOut } from '@/lib/queries/session';

export function Header() {
  const me = useMe();
  const location = useLocation();
  const signOut = useSignOut();

  return (
    <header className="header">
      <Brand />
      <nav className="header__nav" aria-label="Main">
        <NavLink to="/" end>
          Events
        </NavLink>
        <NavLink to="/reservations">
          <span className="header__wide">My reservations</span>
          <span className="header__narrow">Reservations</span>
        </NavLink>
      </nav>
      <div className="header__account">
        {me === null && (
          <Link className="header__sign-in" to={signInPath(location)}>
            Sign in
          </Link>
        )}
        {me !== null && me !== undefined && (
          <>
            <span className="header__name">
              <span className="visually-hidden">Signed in as </span>
              {me.username}
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label="Sign out"
              title="Sign out"
              disabled={signOut.isPending}
              onClick={() => {
                signOut.mutate();
              }}
            >
              <Icon name="signOut" />
            </button>
          </>
        )}
      </div>
    </header>
  );
}
