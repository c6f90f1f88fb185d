import { Link } from 'react-router';

import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

export function NoSuchEvent() {
  return (
    <Message
      title={t('noSuchEvent')}
      actions={
        <Link className="button button--primary" to="/">
          {t('seeAllEvents')}
        </Link>
      }
    >
      <p>{t('noSuchEventNote')}</p>
    </Message>
  );
}
