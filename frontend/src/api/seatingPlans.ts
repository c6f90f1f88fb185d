/** The seating plans of organisations. Documents are sent as the bytes of the file. */
import { ApiError } from '@/api/apiError';
import { get, patch, post, remove, send, sendForText } from '@/api/client';
import type {
  EventSummary,
  InTheWay,
  Miniature,
  PlanChanges,
  PlanPreview,
  PlanVersion,
  NewPlan,
  SeatingPlan,
} from '@/api/types';

/** Reading a large plan takes some seconds, and sending it as long as the line needs. */
const TIMEOUT_MS = 120_000;
const MOST_EVENTS = 100;
const CSV = /\.csv$/i;

export const TEMPLATES = ['theatre', 'chamber_hall', 'stadium'] as const;
export type Template = (typeof TEMPLATES)[number];

/** What to begin a plan with: a file, a demo hall, or nothing. */
export type PlanSource =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'empty' };

/** A problem of a file: where it is (`zones[0].rows[3]`, or `line 4, x`), and what. */
export interface Fault {
  readonly path: string;
  readonly problem: string;
}

export type ExportFormat = 'document' | 'pretix' | 'csv';

export async function fetchPlans(
  organisationId: number,
  signal: AbortSignal,
): Promise<SeatingPlan[]> {
  return (await get(`organisations/${organisationId}/plans/`, { signal })).body;
}

export async function fetchPlan(planId: number, signal: AbortSignal): Promise<SeatingPlan> {
  return (await get(`plans/${planId}/`, { signal })).body;
}

export async function fetchVersions(planId: number, signal: AbortSignal): Promise<PlanVersion[]> {
  return (await get(`plans/${planId}/versions/`, { signal })).body;
}

/** A version as buyers would see it; the draft without a number. */
export async function fetchPreview(
  planId: number,
  version: number | null,
  signal: AbortSignal,
): Promise<PlanPreview> {
  const { body } = await send<PlanPreview>({
    method: 'get',
    url: `plans/${planId}/preview/`,
    ...(version !== null && { query: { version } }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  return body;
}

/** The draft as some hundred points. */
export async function fetchPlanMiniature(planId: number, signal: AbortSignal): Promise<Miniature> {
  const url = `plans/${planId}/miniature/`;
  return (await send<Miniature>({ method: 'get', url, timeoutMs: TIMEOUT_MS, signal })).body;
}

/** Throws ApiError; see `faultsOf`. */
export async function createPlan(
  organisationId: number,
  name: string,
  source: PlanSource,
): Promise<NewPlan> {
  const isCsv = source.kind === 'file' && CSV.test(source.file.name);
  // A CSV file has no name inside.
  const named = name === '' && isCsv ? source.file.name.replace(CSV, '') : name;
  const { body } = await send<NewPlan>({
    method: 'post',
    url: `organisations/${organisationId}/plans/`,
    query: {
      ...(named !== '' && { name: named }),
      ...(source.kind === 'template' && { template: source.template }),
      ...(source.kind === 'file' && { repair: 'true' }),
    },
    body: source.kind === 'file' ? source.file : emptyPlan(name),
    timeoutMs: TIMEOUT_MS,
    headers: { 'Content-Type': isCsv ? 'text/csv' : 'application/json' },
  });
  return body;
}

export async function renamePlan(planId: number, name: string): Promise<void> {
  await patch(`plans/${planId}/`, { name });
}

export async function deletePlan(planId: number): Promise<void> {
  await remove(`plans/${planId}/`);
}

/** Make a version of the draft at this revision. */
export async function saveVersion(planId: number, revision: number): Promise<PlanVersion> {
  return post(`plans/${planId}/versions/`, { revision });
}

/** A version as a file. */
export async function exportVersion(
  planId: number,
  version: number,
  format: ExportFormat,
): Promise<string> {
  const { body } = await sendForText({
    method: 'get',
    url: `plans/${planId}/versions/${version}/export/`,
    query: { format },
    timeoutMs: TIMEOUT_MS,
  });
  return body;
}

/** The events of an organisation that are to come. */
export async function fetchOwnEvents(
  organisationId: number,
  signal: AbortSignal,
): Promise<EventSummary[]> {
  const query = { managed: 'true', upcoming: 'true', limit: MOST_EVENTS };
  const { body } = await get('events/', { signal, query });
  return body.filter(({ organisation }) => organisation === organisationId);
}

interface PutPlan {
  readonly plan: number;
  readonly version: number;
  /** Ids of seats that stay as they are. */
  readonly keep: readonly number[];
  readonly dry_run: boolean;
}

/** Put a version onto an event, or say what that would change. See `inTheWayOf`. */
export async function putPlan(eventId: number, body: PutPlan): Promise<PlanChanges> {
  return (
    await send<PlanChanges>({
      method: 'post',
      url: `events/${eventId}/plan/`,
      body,
      timeoutMs: TIMEOUT_MS,
    })
  ).body;
}

/** The faults for which a plan was refused. */
export function faultsOf(error: Error | null): readonly Fault[] {
  return (detailsOf(error)['faults'] as readonly Fault[] | undefined) ?? [];
}

/** The seats for which a version was not put onto an event; null for any other error. */
export function inTheWayOf(error: Error | null): readonly InTheWay[] | null {
  return (detailsOf(error)['in_the_way'] as readonly InTheWay[] | undefined) ?? null;
}

function detailsOf(error: Error | null): Readonly<Record<string, unknown>> {
  return error instanceof ApiError ? error.details : {};
}

function emptyPlan(name: string): object {
  return {
    name,
    categories: [{ name: 'Standard', color: '#7c3aed' }],
    zones: [],
  };
}
