import { Suspense, useEffect, useRef } from 'react';
import { Outlet, useLocation } from 'react-router';

import { Header } from '@/app/Header';
import { LoadingPage } from '@/app/LoadingPage';
import { PageErrorBoundary } from '@/app/PageErrorBoundary';
import { SecondFactorNotice } from '@/app/SecondFactorNotice';
import { useScrollRestoration } from '@/app/useScrollRestoration';
import { t } from '@/i18n/language';

import './layout.css';

export function Layout() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shownPath = useRef(pathname);
  useScrollRestoration();

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
        <PageErrorBoundary path={pathname}>
          <Suspense fallback={<LoadingPage />}>
            <Outlet />
          </Suspense>
        </PageErrorBoundary>
      </main>
    </div>
  );
}
