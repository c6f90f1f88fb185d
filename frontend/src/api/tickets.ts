import { download, get, post } from '@/api/client';
import type { AdmittedAnswer, Ticket } from '@/api/types';

/** Fetch what a ticket admits to, for door staff. */
export async function fetchTicket(code: string, signal: AbortSignal): Promise<Ticket> {
  return (await get(`tickets/${encodeURIComponent(code)}/`, { signal })).body;
}

export interface Scan {
  readonly seat_ids: readonly number[];
  readonly gate: string;
}

/** Record the entry of seats; each enters once. */
export function admit(code: string, scan: Scan, key: string): Promise<AdmittedAnswer> {
  return post(`tickets/${encodeURIComponent(code)}/entry/`, scan, key);
}

/** Download the ticket of a paid booking as PDF. */
export function downloadTicket(id: string, language: 'en' | 'de'): Promise<Blob> {
  const url = `reservations/${id}/ticket/`;
  const headers = { Accept: '*/*' };
  return download({ method: 'get', url, query: { language }, headers }, () => undefined);
}
