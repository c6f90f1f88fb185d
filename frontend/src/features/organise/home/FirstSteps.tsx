import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import type { Organisation } from '@/api/types';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { NewOrganisation } from '@/features/organise/home/NewOrganisation';
import { t } from '@/i18n/language';
import { organisationPath } from '@/paths';
import { plansQuery } from '@/queries/seatingPlans';

const STEPS = ['organisation', 'plan', 'event', 'publish'] as const;

interface FirstStepsProps {
  /** Null before the first step. */
  readonly organisation: Organisation | null;
}

/** The way from nothing to an event on sale, with a button for the next step. */
export function FirstSteps({ organisation }: FirstStepsProps) {
  const [isMaking, setIsMaking] = useState(false);
  const { data: plans } = useQuery({
    ...plansQuery(organisation?.id ?? 0),
    enabled: organisation !== null,
  });
  const hasPlan = plans !== undefined && plans.length > 0;
  // Before the first step they stand alone, afterwards under a heading of the home page.
  const Heading = organisation === null ? 'h2' : 'h3';
  return (
    <>
      <ol className="steps">
        {STEPS.map((step, place) => {
          const isDone =
            (step === 'organisation' && organisation !== null) || (step === 'plan' && hasPlan);
          return (
            <li key={step} className="step" data-done={isDone}>
              <span className="step__number" aria-hidden="true">
                {isDone ? <Icon name="check" /> : place + 1}
              </span>
              <div className="step__what">
                <Heading className="step__name">{t(`organisations:step_${step}`)}</Heading>
                <p className="step__note">
                  {isDone ? t('organisations:step_done') : t(`organisations:step_${step}_note`)}
                </p>
                {step === 'organisation' && organisation === null && (
                  <Button
                    look="primary"
                    onClick={() => {
                      setIsMaking(true);
                    }}
                  >
                    {t('organisations:create')}
                  </Button>
                )}
                {step === 'plan' && organisation !== null && (
                  <Link
                    className={`button button--${hasPlan ? 'quiet' : 'primary'}`}
                    to={organisationPath(organisation.id, 'plans')}
                  >
                    {t('organisations:step_plan_open')}
                  </Link>
                )}
                {step === 'event' && organisation !== null && (
                  <Link
                    className={`button button--${hasPlan ? 'primary' : 'quiet'}`}
                    to={organisationPath(organisation.id)}
                  >
                    {t('organisations:step_event_open')}
                  </Link>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {isMaking && (
        <NewOrganisation
          onDismiss={() => {
            setIsMaking(false);
          }}
        />
      )}
    </>
  );
}
