import type { Organisation } from '@/api/types';
import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

import '@/i18n/loadOrganiseMessages';

/** The events of an organisation. */
export function EventsTab({ organisation }: { readonly organisation: Organisation }) {
  return (
    <Message title={t('organisations:events_soon')}>
      <p>{organisation.name}</p>
    </Message>
  );
}
