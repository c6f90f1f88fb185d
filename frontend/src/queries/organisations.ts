import { queryOptions } from '@tanstack/react-query';

import {
  checkInvitation,
  fetchInvitations,
  fetchMembers,
  fetchOrganisation,
  fetchOrganisations,
} from '@/api/organisations';

/** What all queries about organisations begin with. */
export const ORGANISATIONS_KEY = ['organisations'] as const;

export const organisationsQuery = queryOptions({
  queryKey: [...ORGANISATIONS_KEY, 'all'],
  queryFn: ({ signal }) => fetchOrganisations(signal),
});

export const organisationQuery = (id: number) =>
  queryOptions({
    queryKey: [...ORGANISATIONS_KEY, id],
    queryFn: ({ signal }) => fetchOrganisation(id, signal),
  });

export const membersQuery = (id: number) =>
  queryOptions({
    queryKey: [...ORGANISATIONS_KEY, id, 'members'],
    queryFn: ({ signal }) => fetchMembers(id, signal),
  });

export const invitationsQuery = (id: number) =>
  queryOptions({
    queryKey: [...ORGANISATIONS_KEY, id, 'invitations'],
    queryFn: ({ signal }) => fetchInvitations(id, signal),
  });

/** What an invitation offers the signed-in user. */
export const invitationQuery = (token: string, userId: number) =>
  queryOptions({
    queryKey: ['invitation', token, userId],
    queryFn: () => checkInvitation(token),
    retry: false,
    gcTime: 0,
  });
