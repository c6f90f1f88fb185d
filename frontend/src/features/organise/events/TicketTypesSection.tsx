import { useQuery } from '@tanstack/react-query';

import type { EventSettings } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { Section } from '@/features/organise/events/Controls';
import { TicketTypesForm } from '@/features/organise/events/TicketTypesForm';
import { t } from '@/i18n/language';
import { categoriesQuery, ticketTypesQuery } from '@/queries/organiserEvents';

import './ticketTypes.css';

/** The ticket types of an event with their prices by category. */
export function TicketTypesSection({ event }: { readonly event: EventSettings }) {
  const categories = useQuery(categoriesQuery(event.id));
  const types = useQuery(ticketTypesQuery(event.id));
  const error = categories.error ?? types.error;
  const isThere = categories.data !== undefined && types.data !== undefined;
  return (
    <Section
      title={t('organiserEvents:section_ticketTypes')}
      note={t('organiserEvents:ticketTypes_note')}
    >
      {isThere && <TicketTypesForm event={event} priced={categories.data} found={types.data} />}
      {!isThere && error === null && <Skeleton shape="card" />}
      {!isThere && error !== null && (
        <Failure
          error={error}
          onRetry={() => {
            void categories.refetch();
            void types.refetch();
          }}
        />
      )}
    </Section>
  );
}
