import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import type { Me, PlanProblem, SeatingPlan } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { useAnnounce } from '@/components/announce';
import type { Point } from '@/domain/geometry';
import { hasPermissionIn } from '@/domain/permissions';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { PlanPreviewMap } from '@/features/organise/plans/PlanPreviewMap';
import { problemText } from '@/i18n/planProblems';
import { PlanMenu } from '@/features/organise/plans/PlanMenu';
import { ProblemList } from '@/features/organise/plans/ProblemList';
import { UseForEvent } from '@/features/organise/plans/UseForEvent';
import { VersionList } from '@/features/organise/plans/VersionList';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { t } from '@/i18n/language';
import { planEditPath, SALES_PATH } from '@/paths';
import { planQuery, previewQuery, versionsQuery } from '@/queries/seatingPlans';

import './plans.css';

/** One seating plan: drawing, checks and versions. */
export function PlanPage() {
  const { planId = '' } = useParams();
  if (!/^\d{1,15}$/.test(planId)) return <NoSuchPlan />;
  return (
    <SignedInOnly>{(me) => <Plan key={planId} planId={Number(planId)} me={me} />}</SignedInOnly>
  );
}

function Plan({ planId, me }: { readonly planId: number; readonly me: Me }) {
  const { data: plan, error, refetch } = useQuery(planQuery(planId));
  if (plan !== undefined) return <PlanDetails plan={plan} me={me} />;
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchPlan />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

function PlanDetails({ plan, me }: { readonly plan: SeatingPlan; readonly me: Me }) {
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const [place, setPlace] = useState<Point | null>(null);
  const [isUsing, setIsUsing] = useState(false);
  const announce = useAnnounce();
  const drawing = useRef<HTMLElement>(null);
  const { draft, newest } = plan;
  // An unchanged draft is the newest version.
  const shown =
    chosen === undefined && newest?.sha256 === draft.sha256 ? newest.number : (chosen ?? null);
  const preview = useQuery(
    previewQuery(plan.id, shown === null ? { revision: draft.revision } : { version: shown }),
  );
  const versions = useQuery(versionsQuery(plan.id));
  const mayChange = hasPermissionIn(me, 'reservations.change_event', plan.organisation);
  const usable = shown ?? newest?.number ?? null;

  function show(version: number | null) {
    setPlace(null);
    setChosen(version);
  }

  function showProblem(problem: PlanProblem) {
    if (problem.at === null) return;
    const { x, y } = preview.data?.offset ?? { x: 0, y: 0 };
    setPlace({ x: problem.at.x + x, y: problem.at.y + y });
    // On a phone the drawing is above the list.
    drawing.current?.scrollIntoView({ block: 'nearest' });
    announce(t('plans:shownOnPlan', { problem: problemText(problem) }), 'quiet');
  }

  return (
    <div className="page plan-page">
      <header className="plan-page__head">
        <div className="plan-page__what">
          <Link
            className="plan-page__back"
            to={`${SALES_PATH}/organisations/${plan.organisation}/plans`}
          >
            <Icon name="back" /> {t('plans:backToPlans')}
          </Link>
          <h1 className="plan-page__name">{plan.name}</h1>
          <p className="plan-page__facts">
            {shown === null ? t('plans:draft') : t('plans:versionNumber', { number: shown })} ·{' '}
            {t('plans:seats', { count: preview.data?.facts.length ?? draft.seats })}
          </p>
        </div>
        {mayChange && (
          <div className="plan-page__actions">
            <Link className="button button--quiet" to={planEditPath(plan.id)}>
              {t('plans:edit')}
            </Link>
            {usable !== null && (
              <Button
                look="primary"
                onClick={() => {
                  setIsUsing(true);
                }}
              >
                {t('plans:useForEvent')}
              </Button>
            )}
            <PlanMenu plan={plan} />
          </div>
        )}
      </header>
      <section
        ref={drawing}
        className="plan-panel plan-page__drawing"
        aria-label={t('plans:preview')}
      >
        {preview.data === undefined && preview.error === null && <Skeleton shape="card" />}
        {preview.error !== null && (
          <Failure error={preview.error} onRetry={() => void preview.refetch()} />
        )}
        {preview.data?.plan === null && (
          <Message title={t('plans:cannotDraw')}>
            <p>{t('plans:cannotDrawHint')}</p>
          </Message>
        )}
        {preview.data?.plan != null && (
          <PlanPreviewMap
            key={shown ?? 'draft'}
            plan={preview.data.plan}
            categories={preview.data.categories}
            facts={preview.data.facts}
            place={place}
          />
        )}
      </section>
      <section className="plan-panel">
        <h2 className="plan-panel__title">{t('plans:checks')}</h2>
        {preview.data === undefined ? (
          <Skeleton shape="title" />
        ) : (
          <ProblemList
            found={preview.data}
            onShow={preview.data.plan === null ? null : showProblem}
          />
        )}
      </section>
      <section className="plan-panel">
        <h2 className="plan-panel__title">{t('plans:versions')}</h2>
        <p className="plan-panel__hint">{t('plans:versionsHint')}</p>
        <VersionList
          plan={plan}
          versions={versions.data ?? []}
          mayChange={mayChange}
          shown={shown}
          onShow={show}
        />
      </section>
      {isUsing && usable !== null && (
        <UseForEvent
          plan={plan}
          version={usable}
          onDismiss={() => {
            setIsUsing(false);
          }}
        />
      )}
    </div>
  );
}

function NoSuchPlan() {
  return (
    <Message
      title={t('plans:noSuchPlan')}
      actions={
        <Link className="button button--primary" to={SALES_PATH}>
          {t('plans:backToPlans')}
        </Link>
      }
    >
      <p>{t('plans:noSuchPlanHint')}</p>
    </Message>
  );
}
