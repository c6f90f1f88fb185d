import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { type Draft, fetchDraft } from '@/api/planDrafts';
import { fetchPlan } from '@/api/seatingPlans';
import type { SeatingPlan } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { SignInLink } from '@/components/SignInLink';
import { Skeleton } from '@/components/Skeleton';
import { parsePlan, type Source } from '@/domain/planDocument/document';
import { Editor } from '@/features/editor/Editor';
import { t } from '@/i18n/language';
import { SALES_PATH } from '@/paths';
import { useMe } from '@/queries/session';

import './editor.css';

/** The visual editor of a seating plan, for organisers. */
export function EditorPage() {
  const { planId = '' } = useParams();
  const me = useMe();
  if (me === null) {
    return <Message title={t('editor:forOrganisers')} actions={<SignInLink />} />;
  }
  if (!/^\d{1,15}$/.test(planId)) return <NoSuchPlan />;
  return <LoadedEditor key={planId} planId={Number(planId)} />;
}

function LoadedEditor({ planId }: { readonly planId: number }) {
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: ['plans', planId, 'edit'],
    queryFn: async ({ signal }) => {
      const [plan, draft] = await Promise.all([
        fetchPlan(planId, signal),
        fetchDraft(planId, signal),
      ]);
      return { plan, draft };
    },
    // The editor's own document is newer than what was loaded.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
  if (data !== undefined) {
    return <ParsedEditor key={dataUpdatedAt} {...data} onReload={() => void refetch()} />;
  }
  if (error === null) {
    return (
      <div className="page" aria-busy="true">
        <Skeleton shape="title" />
        <Skeleton shape="card" />
      </div>
    );
  }
  return toApiError(error).status === 404 ? (
    <NoSuchPlan />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

interface ParsedEditorProps {
  readonly plan: SeatingPlan;
  readonly draft: Draft;
  readonly onReload: () => void;
}

function ParsedEditor({ plan, draft, onReload }: ParsedEditorProps) {
  const source = useMemo(() => parsed(draft.text), [draft]);
  if (source === null) return <Message title={t('editor:unreadable')} />;
  return <Editor plan={plan} draft={draft} source={source} onReload={onReload} />;
}

function parsed(text: string): Source | null {
  try {
    return parsePlan(text);
  } catch {
    return null;
  }
}

function NoSuchPlan() {
  return (
    <Message
      title={t('editor:noSuchPlan')}
      actions={
        <Link className="button button--primary" to={SALES_PATH}>
          {t('editor:toOrganise')}
        </Link>
      }
    >
      <p>{t('editor:noSuchPlanNote')}</p>
    </Message>
  );
}
