/** Drafts of seating plans, for their editor. Documents go as text, to keep their bytes. */
import { type ApiError, toApiError } from '@/api/apiError';
import { send, sendForText } from '@/api/client';
import type { PlanCheck, PlanDraft, PlanProblem } from '@/api/types';

/** Documents have up to some megabytes. */
const TIMEOUT_MS = 120_000;

export interface Draft {
  readonly text: string;
  readonly revision: number;
}

export type SavedDraft = Pick<PlanDraft, 'revision' | 'updated_at' | 'updated_by'>;

/** Somebody else saved the draft meanwhile. `copy`: the plan with what was sent. */
export interface StalePlan {
  readonly revision: number;
  readonly updatedBy: string | null;
  readonly updatedAt: string | null;
  readonly copy: number | null;
}

/** Throws ApiError. */
export async function fetchDraft(planId: number, signal?: AbortSignal): Promise<Draft> {
  const { body, headers } = await sendForText({
    method: 'get',
    url: `plans/${planId}/draft/`,
    timeoutMs: TIMEOUT_MS,
    ...(signal && { signal }),
  });
  const revision = /"(\d+)/.exec(headers.get('ETag') ?? '')?.[1];
  if (revision === undefined) throw toApiError(new Error('The draft has no revision'));
  return { text: body, revision: Number(revision) };
}

/** Throws ApiError; its code is `stale_plan` if the revision is not the newest. */
export async function saveDraft(planId: number, draft: Draft): Promise<SavedDraft> {
  const { body } = await send<PlanDraft>({
    method: 'put',
    url: `plans/${planId}/draft/`,
    body: draft.text,
    timeoutMs: TIMEOUT_MS,
    headers: { 'If-Match': `"${draft.revision}"` },
  });
  return body;
}

/** Return what is wrong with a document. Throws ApiError. */
export async function checkPlan(text: string): Promise<readonly PlanProblem[]> {
  const { body } = await send<PlanCheck>({
    method: 'post',
    url: 'plans/check/',
    body: text,
    timeoutMs: TIMEOUT_MS,
  });
  return body.problems;
}

/** The details of a refusal because the draft is stale; null for any other error. */
export function staleFrom({ code, details }: ApiError): StalePlan | null {
  if (code !== 'stale_plan') return null;
  const text = (key: string) => (typeof details[key] === 'string' ? details[key] : null);
  return {
    revision: Number(details['revision']),
    updatedBy: text('updated_by'),
    updatedAt: text('updated_at'),
    copy: typeof details['copy'] === 'number' ? details['copy'] : null,
  };
}
