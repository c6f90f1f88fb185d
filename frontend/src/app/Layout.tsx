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
    // Focus the new page's content; on the first page the browser does this itself.
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    // Scrolling to it would put it under the header.
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
