import { get, patch, post, remove } from '@/api/client';
import type { Invitation, InvitationOffer, Member, Organisation, Role } from '@/api/types';

/** Fetch the user's organisations, or all for an operator. */
export async function fetchOrganisations(signal: AbortSignal): Promise<Organisation[]> {
  return (await get('organisations/', { signal })).body;
}

export async function fetchOrganisation(id: number, signal: AbortSignal): Promise<Organisation> {
  return (await get(`organisations/${id}/`, { signal })).body;
}

export async function createOrganisation(name: string): Promise<Organisation> {
  return post('organisations/', { name });
}

export async function renameOrganisation(id: number, name: string): Promise<void> {
  await patch(`organisations/${id}/`, { name });
}

export async function deleteOrganisation(id: number): Promise<void> {
  await remove(`organisations/${id}/`);
}

export async function fetchMembers(id: number, signal: AbortSignal): Promise<Member[]> {
  return (await get(`organisations/${id}/members/`, { signal })).body;
}

export async function changeRole(id: number, userId: number, role: Role): Promise<void> {
  await patch(`organisations/${id}/members/${userId}/`, { role });
}

export async function removeMember(id: number, userId: number): Promise<void> {
  await remove(`organisations/${id}/members/${userId}/`);
}

export async function fetchInvitations(id: number, signal: AbortSignal): Promise<Invitation[]> {
  return (await get(`organisations/${id}/invitations/`, { signal })).body;
}

/** Invite an address; an open invitation to it is replaced. */
export async function invite(id: number, email: string, role: Role): Promise<Invitation> {
  return post(`organisations/${id}/invitations/`, { email, role });
}

export async function withdrawInvitation(id: number, invitationId: number): Promise<void> {
  await remove(`organisations/${id}/invitations/${invitationId}/`);
}

/** What a mailed invitation offers. */
export async function checkInvitation(token: string): Promise<InvitationOffer> {
  return post('invitations/check/', { token });
}

export async function acceptInvitation(token: string): Promise<Organisation> {
  return post('invitations/accept/', { token });
}
