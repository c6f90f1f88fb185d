import { OfflineMessage } from '@/app/OfflineMessage';
import { isReloadingForNewBuild } from '@/app/staleBuild';
import { Button } from '@/components/Button';
import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

/** Shown in place of a page that failed. */
export function PageFailure() {
  if (isReloadingForNewBuild()) return null;
  if (!navigator.onLine) return <OfflineMessage />;
  return (
    <Message
      title={t('app:failed_title')}
      actions={
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          {t('app:failed_again')}
        </Button>
      }
    >
      <title>{t('pageTitle', { page: t('app:failed') })}</title>
      <p>{t('app:failed_note')}</p>
    </Message>
  );
}
