import { get, post } from '@/api/client';
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
