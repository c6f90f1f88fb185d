import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';

import type { Organisation, PlanPreview, SeatingPlan } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Icon } from '@/components/Icon';
import { Message } from '@/components/Message';
import { PlanThumbnail, type Tone } from '@/components/PlanThumbnail';
import { Skeleton } from '@/components/Skeleton';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { NewPlan } from '@/features/organise/plans/NewPlan';
import { savedText } from '@/features/organise/plans/planText';
import { t } from '@/i18n/language';
import { planPath } from '@/paths';
import { plansQuery, previewQuery } from '@/queries/seatingPlans';

import '@/i18n/loadOrganiseMessages';
import '@/i18n/loadPlansMessages';
import './plans.css';

interface PlansTabProps {
  readonly organisation: Pick<Organisation, 'id' | 'permissions'>;
}

/** The server reads the whole plan for its drawing, which takes seconds for larger ones. */
const MOST_SEATS_DRAWN = 5_000;

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
        <PlanDrawing plan={plan} />
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

function PlanDrawing({ plan: { id, draft } }: { readonly plan: SeatingPlan }) {
  const isSmall = draft.seats > 0 && draft.seats <= MOST_SEATS_DRAWN;
  const { data } = useQuery({
    ...previewQuery(id, { revision: draft.revision }),
    enabled: isSmall,
  });
  const toneOf = useMemo(() => toneByCategory(data), [data]);
  if (data?.plan == null) return <Icon name="fit" />;
  return <PlanThumbnail plan={data.plan} facts={data.facts} label={null} toneOf={toneOf} />;
}

type Drawn = Pick<PlanPreview, 'categories'> & { readonly facts: readonly SeatFacts[] };

/** The places of a standing area are not drawn: they are all at one point. */
function toneByCategory(drawn: Drawn | undefined): (index: number) => Tone | null {
  const colors = new Map(drawn?.categories.map(({ id, color }) => [id, color]));
  return (index) => {
    const seat = drawn?.facts[index];
    if (seat?.isPlace === true) return null;
    const color = colors.get(seat?.categoryId ?? 0);
    return color?.startsWith('#') === true ? (color as Tone) : 'seat';
  };
}
