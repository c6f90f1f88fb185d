import { useEffect, useRef } from 'react';
import { Outlet, ScrollRestoration, useLocation } from 'react-router';

import { Header } from '@/app/Header';
import { SecondFactorNotice } from '@/app/SecondFactorNotice';
import { t } from '@/i18n/language';

import './layout.css';

export function Layout() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shownPath = useRef(pathname);

  useEffect(() => {
    // A new page is read from its start; on the first one the browser does that itself.
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    // Its start lies under the header, where a browser would scroll it to.
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className="layout">
      <a className="skip-link" href="#main">
        {t('app:skip')}
      </a>
      <Header />
      <SecondFactorNotice />
      <main id="main" ref={main} tabIndex={-1} className="layout__main">
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  );
}
