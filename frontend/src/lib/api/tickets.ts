import { get } from '@/lib/api/client';
import type { Ticket } from '@/lib/api/types';

/** Whom a ticket admits, and to what. For organisers. */
export async function fetchTicket(code: string, signal: AbortSignal): Promise<Ticket> {
  return (await get<Ticket>(`tickets/${encodeURIComponent(code)}/`, signal)).body;
}
