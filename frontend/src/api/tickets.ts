import { get, post } from '@/api/client';
import type { AdmittedAnswer, Ticket } from '@/api/types';

/** Whom a ticket admits, and to what. For who works at the door. */
export async function fetchTicket(code: string, signal: AbortSignal): Promise<Ticket> {
  return (await get<Ticket>(`tickets/${encodeURIComponent(code)}/`, signal)).body;
}

export interface Scan {
  readonly seat_ids: readonly number[];
  readonly gate: string;
}

/** Record that seats enter, each once. */
export function admit(code: string, scan: Scan, key: string): Promise<AdmittedAnswer> {
  return post(`tickets/${encodeURIComponent(code)}/entry/`, scan, key);
}
