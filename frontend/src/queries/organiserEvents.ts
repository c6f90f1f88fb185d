import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { fetchEvent } from '@/api/events';
import {
  fetchCategories,
  fetchEventSettings,
  fetchMails,
  fetchOrganisationEvents,
} from '@/api/organiserEvents';
import { EVENTS_KEY } from '@/queries/events';

export const organisationEventsQuery = (organisationId: number, withPast: boolean) =>
  infiniteQueryOptions({
    queryKey: [...EVENTS_KEY, 'organisation', organisationId, withPast],
    queryFn: ({ pageParam, signal }) =>
      fetchOrganisationEvents(organisationId, withPast, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ events }) => events),
  });

/**
 * For forms. Not among EVENTS_KEY: a form that is being filled in must not change by itself. Not
 * kept: a form that opens with an older revision could not be saved.
 */
const FOR_FORMS = { gcTime: 0, refetchOnWindowFocus: false, refetchOnReconnect: false };

export const eventSettingsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['event settings', eventId],
    queryFn: ({ signal }) => fetchEventSettings(eventId, signal),
    ...FOR_FORMS,
  });

/** The mail that buyers of an event get. */
export const mailsQuery = (eventId: number, language: 'en' | 'de') =>
  queryOptions({
    queryKey: ['mails', eventId, language],
    queryFn: ({ signal }) => fetchMails(eventId, language, signal),
    staleTime: 0,
  });

export const categoriesQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['event categories', eventId],
    queryFn: ({ signal }) => fetchCategories(eventId, signal),
    ...FOR_FORMS,
  });

export const ticketTypesQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['event ticket types', eventId],
    queryFn: async ({ signal }) => {
      const { ticket_types: types, revision } = await fetchEvent(eventId, signal);
      return { types, revision };
    },
    ...FOR_FORMS,
  });
