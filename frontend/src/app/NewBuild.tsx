import { useEffect, useState } from 'react';

import { LoadAgain } from '@/app/LoadAgain';
import { t } from '@/i18n/language';

/** A reload takes less, unless the browser asked whether to leave, and the user stayed. */
const RELOADED_IN_MS = 2_000;

/** Shown while the page reloads for a new build: nothing at first, then an offer to reload. */
export function NewBuild() {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsLate(true);
    }, RELOADED_IN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  if (!isLate) return null;
  return (
    <LoadAgain title={t('app:newBuild')}>
      <title>{t('pageTitle', { page: t('app:newBuild') })}</title>
      <p>{t('app:newBuild_note')}</p>
    </LoadAgain>
  );
}
