import { download, get } from '@/api/client';
import { cursorOf } from '@/api/pages';
import type { Action, Change, PastMap, Reports } from '@/api/types';

/** A number or a time in the venue's zone, such as 2030-05-24T19:30; null is now. */
export type Moment = { readonly seq: number } | { readonly at: string } | null;

/** Which changes to list; by default all. */
export interface ChangeChoice {
  readonly seat?: number;
  readonly reservation?: string;
  readonly actor?: number;
}

/** One page of a list; `next` is the cursor of the next page, null on the last one. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
}

export const EXPORT_TABLES = ['tickets', 'bookings', 'settlements', 'changes', 'actions'] as const;
export type ExportTable = (typeof EXPORT_TABLES)[number];
export const EXPORT_FORMS = ['xlsx', 'csv', 'json'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

const LINE_FEED = 10;

/** The seats at a moment. */
export async function fetchPastMap(
  eventId: number,
  moment: Moment,
  signal: AbortSignal,
): Promise<PastMap> {
  const options = { signal, ...(moment !== null && { query: moment }) };
  return (await get(`events/${eventId}/history/`, options)).body;
}

/** Changes of seats, newest first; `before` is a number or a cursor. */
export async function fetchChanges(
  eventId: number,
  choice: ChangeChoice,
  before: string | null,
  signal: AbortSignal,
): Promise<Page<Change>> {
  const query = { limit: 50, ...choice, ...(before !== null && { before }) };
  const { body, headers } = await get(`events/${eventId}/history/changes/`, { signal, query });
  return { rows: body, next: cursorOf(headers) };
}

/** What organisers did, newest first. */
export async function fetchActions(
  eventId: number,
  before: string | null,
  signal: AbortSignal,
): Promise<Page<Action>> {
  const query = { limit: 20, ...(before !== null && { before }) };
  const { body, headers } = await get(`events/${eventId}/history/actions/`, { signal, query });
  return { rows: body, next: cursorOf(headers) };
}

export async function fetchReports(eventId: number, signal: AbortSignal): Promise<Reports> {
  return (await get(`events/${eventId}/reports/`, { signal })).body;
}

/**
 * Download a table. `onProgress` gets how many of its rows have arrived; XLSX is compressed, so its
 * rows cannot be counted, and it gets null.
 */
export async function downloadExport(
  eventId: number,
  table: ExportTable,
  form: ExportForm,
  onProgress: (arrived: number | null, rows: number) => void,
): Promise<Blob> {
  let lines = 0;
  const request = {
    method: 'get',
    url: `events/${eventId}/exports/${table}/`,
    query: { form },
    headers: { Accept: '*/*' },
  } as const;
  return download(request, (chunk, headers) => {
    const rows = Number(headers.get('X-Seatcast-Rows') ?? 0);
    for (const byte of chunk) if (byte === LINE_FEED) lines += 1;
    onProgress(form === 'xlsx' ? null : Math.min(lines, rows), rows);
  });
}
