import { LoadAgain } from '@/app/LoadAgain';
import { NewBuild } from '@/app/NewBuild';
import { OfflineMessage } from '@/app/OfflineMessage';
import { isReloadingForNewBuild } from '@/app/staleBuild';
import { t } from '@/i18n/language';

/** Shown in place of a page that failed. */
export function PageFailure() {
  if (isReloadingForNewBuild()) return <NewBuild />;
  if (!navigator.onLine) return <OfflineMessage />;
  return (
    <LoadAgain title={t('app:failed_title')}>
      <title>{t('pageTitle', { page: t('app:failed') })}</title>
      <p>{t('app:failed_note')}</p>
    </LoadAgain>
  );
}
