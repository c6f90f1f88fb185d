import { useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';

import { t } from '@/i18n/language';
import { FROM_CHECKOUT } from '@/paths';

/** Whoever comes from the checkout is led on at once; who comes back decides themselves. */
export function Redirect({ url }: { readonly url: string }) {
  const location = useLocation();
  const navigate = useNavigate();
  const { pathname } = location;
  const isNew = location.state === FROM_CHECKOUT;
  useEffect(() => {
    if (!isNew) return;
    // The browser's Back must not lead on again.
    void Promise.resolve(navigate(pathname, { replace: true, state: null })).then(() => {
      window.location.assign(url);
    });
  }, [isNew, navigate, pathname, url]);
  return (
    <>
      <p className="payment__note">{t('payments:action_note')}</p>
      <a className="button button--primary" href={url}>
        {t('payments:toTheBank')}
      </a>
    </>
  );
}
