import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import type { Organisation, SeatingPlan } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { HallMiniature } from '@/components/HallMiniature';
import { Icon } from '@/components/Icon';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { NewPlan } from '@/features/organise/plans/NewPlan';
import { savedText } from '@/features/organise/plans/planText';
import { t } from '@/i18n/language';
import { planPath } from '@/paths';
import { planMiniatureQuery, plansQuery } from '@/queries/seatingPlans';

import './plans.css';

interface PlansTabProps {
  readonly organisation: Pick<Organisation, 'id' | 'permissions'>;
}

/** The seating plans of an organisation. */
export function PlansTab({ organisation }: PlansTabProps) {
  const { data: plans, error, refetch } = useQuery(plansQuery(organisation.id));
  const [isCreating, setIsCreating] = useState(false);
  const mayChange = organisation.permissions.includes('reservations.change_event');
  const create = mayChange && (
    <Button
      look="primary"
      onClick={() => {
        setIsCreating(true);
      }}
    >
      {t('plans:new')}
    </Button>
  );
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <div className="plans">
      {plans === undefined && <Skeleton shape="card" />}
      {plans?.length === 0 && (
        <Message title={t('plans:none')} actions={create}>
          <p>{t('plans:noneHint')}</p>
        </Message>
      )}
      {plans !== undefined && plans.length > 0 && (
        <>
          <div className="plans__head">
            <p className="plans__lead">{t('plans:lead')}</p>
            {create}
          </div>
          <ul className="plans__list">
            {plans.map((plan) => (
              <li key={plan.id}>
                <PlanCard plan={plan} />
              </li>
            ))}
          </ul>
        </>
      )}
      {isCreating && (
        <NewPlan
          organisationId={organisation.id}
          onDismiss={() => {
            setIsCreating(false);
          }}
        />
      )}
    </div>
  );
}

function PlanCard({ plan }: { readonly plan: SeatingPlan }) {
  const { draft, newest, name } = plan;
  return (
    <Link className="plan-card" to={planPath(plan.id)}>
      <span className="plan-card__drawing">
        {draft.seats === 0 ? (
          <Icon name="fit" />
        ) : (
          <HallMiniature query={planMiniatureQuery(plan.id, draft.revision)} />
        )}
      </span>
      <span className="plan-card__name">{name}</span>
      <span className="plan-card__facts">
        {t('plans:seats', { count: draft.seats })} ·{' '}
        {newest === null
          ? t('plans:noVersion')
          : t('plans:versionNumber', { number: newest.number })}
      </span>
      <span className="plan-card__facts">{savedText(draft.updated_at, draft.updated_by)}</span>
    </Link>
  );
}
