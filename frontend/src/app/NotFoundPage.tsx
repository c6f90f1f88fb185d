import { Link } from 'react-router';

import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

export function NotFoundPage() {
  return (
    <Message
      title={t('app:notFound_title')}
      actions={
        <Link className="button button--primary" to="/">
          {t('seeAllEvents')}
        </Link>
      }
    >
      <title>{t('pageTitle', { page: t('app:notFound') })}</title>
      <p>{t('app:notFound_note')}</p>
    </Message>
  );
}
