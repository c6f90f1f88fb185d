import { useEffect } from 'react';

import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

/** Shown when a code chunk could not be loaded because the browser is offline. */
export function OfflineMessage() {
  useEffect(() => {
    window.addEventListener('online', loadAgain);
    return () => {
      window.removeEventListener('online', loadAgain);
    };
  }, []);
  return (
    <Message title={t('app:offline_title')}>
      <title>{`${t('app:offline_title')} · Seatcast`}</title>
      <p>{t('app:offline_note')}</p>
      <p>{t('app:offline_held')}</p>
    </Message>
  );
}

function loadAgain(): void {
  location.reload();
}
