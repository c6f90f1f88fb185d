import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import { dateHeaderClock } from '@/api/dateHeaderClock';
import { closeSale, openSale, publishEvent, unpublishEvent } from '@/api/organiserEvents';
import type { EventSettings } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { CancelEventDialog } from '@/features/organise/events/CancelEventDialog';
import { Check, Section } from '@/features/organise/events/Controls';
import { saleOf } from '@/features/organise/events/sale';
import { useSettled } from '@/features/organise/events/useSettled';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { organisationPath } from '@/paths';

type Step = 'publish' | 'unpublish' | 'open' | 'close';

/** What the sale is doing, and what can be done with it at once. */
export function SaleSection({ event }: { readonly event: EventSettings }) {
  const [step, setStep] = useState<Step | 'cancel' | null>(null);
  const { figures, organisation } = event;
  const sale = saleOf(event, dateHeaderClock.now());
  const isOver = sale === 'cancelled';
  const needsPlan = sale === 'draft' && figures.seats === 0 && organisation !== null;
  const dismiss = () => {
    setStep(null);
  };
  return (
    <Section title={t('organiserEvents:section_state')}>
      <p className="event-state" data-sale={sale}>
        {stateWords(event)}
      </p>
      <ul className="event-figures">
        <li>{t('organiserEvents:seatsAll', { count: figures.seats })}</li>
        <li>{t('organiserEvents:held', { count: figures.held })}</li>
        <li>{t('organiserEvents:sold', { count: figures.sold })}</li>
      </ul>
      {isOver ? (
        <>
          {figures.bookings > 0 && (
            <p className="event-section__note">
              {t('organiserEvents:state_cancelling', { count: figures.bookings })}
            </p>
          )}
          {figures.refunds_due > 0 && (
            <p className="event-section__note">
              {t('organiserEvents:state_refunds', { count: figures.refunds_due })}
            </p>
          )}
        </>
      ) : (
        <div className="event-section__actions">
          {needsPlan && (
            <Link
              className="button button--primary"
              to={organisationPath(organisation.id, 'plans')}
            >
              {t('organiserEvents:toPlans')}
            </Link>
          )}
          {sale === 'draft' && (
            <Button
              look={needsPlan ? 'quiet' : 'primary'}
              disabled={figures.seats === 0}
              onClick={() => {
                setStep('publish');
              }}
            >
              {t('organiserEvents:publish')}
            </Button>
          )}
          {(sale === 'upcoming' || sale === 'closed') && (
            <Button
              look="primary"
              onClick={() => {
                setStep('open');
              }}
            >
              {t('organiserEvents:open')}
            </Button>
          )}
          {(sale === 'open' || sale === 'upcoming') && (
            <Button
              onClick={() => {
                setStep('close');
              }}
            >
              {t('organiserEvents:close')}
            </Button>
          )}
          {sale !== 'draft' && figures.held + figures.sold === 0 && (
            <Button
              look="plain"
              onClick={() => {
                setStep('unpublish');
              }}
            >
              {t('organiserEvents:unpublish')}
            </Button>
          )}
        </div>
      )}
      {!isOver && (
        <div className="event-end">
          <p className="event-section__note">
            {sale === 'draft' && figures.bookings === 0
              ? t('organiserEvents:cancel_noteDraft')
              : t('organiserEvents:cancel_note')}
          </p>
          <Button
            className="event-end__button"
            onClick={() => {
              setStep('cancel');
            }}
          >
            {t('organiserEvents:cancel')}
          </Button>
        </div>
      )}
      {step === 'cancel' && <CancelEventDialog event={event} onDismiss={dismiss} />}
      {step !== null && step !== 'cancel' && (
        <StepDialog event={event} step={step} onDismiss={dismiss} />
      )}
    </Section>
  );
}

function stateWords(event: EventSettings): string {
  const at = (iso: string) => formatDateTime(iso, event.time_zone);
  switch (saleOf(event, dateHeaderClock.now())) {
    case 'cancelled':
      return t('organiserEvents:state_cancelled', { when: at(event.cancelled_at ?? '') });
    case 'draft':
      return event.figures.seats === 0
        ? t('organiserEvents:state_noSeats')
        : t('organiserEvents:state_draft');
    case 'upcoming':
      return t('organiserEvents:state_upcoming', { when: at(event.sales_open_at ?? '') });
    case 'closed':
      return t('organiserEvents:state_closed');
    case 'open':
      return t('organiserEvents:state_openUntil', { when: at(event.sales_close_at ?? event.date) });
  }
}

interface StepDialogProps {
  readonly event: EventSettings;
  readonly step: Step;
  readonly onDismiss: () => void;
}

function StepDialog({ event, step, onDismiss }: StepDialogProps) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const [membersOnly, setMembersOnly] = useState(false);
  const run = useMutation({
    mutationFn: () => {
      switch (step) {
        case 'publish':
          return publishEvent(event.id, membersOnly);
        case 'unpublish':
          return unpublishEvent(event.id);
        case 'open':
          return openSale(event.id);
        case 'close':
          return closeSale(event.id);
      }
    },
    retry: false,
    onSuccess: (saved) => {
      settle(saved);
      announce(t(DONE[step]), 'good');
      onDismiss();
    },
  });
  return (
    <OrganiserDialog
      title={t(TITLES[step], { event: event.name })}
      lead={leadOf(event, step)}
      onDismiss={onDismiss}
    >
      {step === 'publish' && (
        <Check
          label={t('organiserEvents:publish_members')}
          checked={membersOnly}
          onChange={({ target }) => {
            setMembersOnly(target.checked);
          }}
        />
      )}
      <ErrorNote error={run.error} />
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('organiserEvents:keep')}</Button>
        <Button
          look="primary"
          busy={run.isPending}
          onClick={() => {
            run.mutate();
          }}
        >
          {t(`organiserEvents:${step}`)}
        </Button>
      </div>
    </OrganiserDialog>
  );
}

const TITLES = {
  publish: 'organiserEvents:publish_title',
  unpublish: 'organiserEvents:unpublish_title',
  open: 'organiserEvents:open_title',
  close: 'organiserEvents:close_title',
} as const;
const DONE = {
  publish: 'organiserEvents:published',
  unpublish: 'organiserEvents:unpublished',
  open: 'organiserEvents:opened',
  close: 'organiserEvents:closed',
} as const;

function leadOf(event: EventSettings, step: Step): string {
  const { held, sold, blocked, seats } = event.figures;
  const opensAt = event.sales_open_at;
  const isLater = opensAt !== null && Date.parse(opensAt) > dateHeaderClock.now();
  switch (step) {
    case 'publish':
      return isLater
        ? t('organiserEvents:publish_later', { when: formatDateTime(opensAt, event.time_zone) })
        : t('organiserEvents:publish_open');
    case 'unpublish':
      return t('organiserEvents:unpublish_lead');
    case 'open':
      return t('organiserEvents:open_lead', { count: seats - held - sold - blocked });
    case 'close':
      return held === 0
        ? t('organiserEvents:close_lead_none')
        : t('organiserEvents:close_lead', { count: held });
  }
}
