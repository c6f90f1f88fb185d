import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

/** For an event whose seats are not known yet. The live feed replaces it when they are. */
export function NoSeats() {
  return (
    <Message title={t('noSeats')}>
      <p>{t('noSeats_note')}</p>
    </Message>
  );
}
