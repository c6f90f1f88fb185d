import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { cancelEvent } from '@/api/organiserEvents';
import type { EventSettings } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { useSettled } from '@/features/organise/events/useSettled';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatNumber } from '@/i18n/numbers';

interface CancelEventDialogProps {
  readonly event: EventSettings;
  readonly onDismiss: () => void;
}

/** Says in numbers what will happen; the name must be typed where bookings are at stake. */
export function CancelEventDialog({ event, onDismiss }: CancelEventDialogProps) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const [typed, setTyped] = useState('');
  const run = useMutation({
    mutationFn: () => cancelEvent(event.id),
    retry: false,
    onSuccess: (saved) => {
      settle(saved);
      announce(t('organiserEvents:cancelled'), 'good');
      onDismiss();
    },
  });
  const isAtStake = event.figures.bookings > 0;
  const isConfirmed = !isAtStake || typed.trim() === event.name.trim();
  return (
    <OrganiserDialog
      title={t('organiserEvents:cancel_title', { event: event.name })}
      lead={t('organiserEvents:cancel_lead')}
      isAlert
      onDismiss={onDismiss}
    >
      <ul className="event-consequences">
        {consequences(event).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {isAtStake && (
        <Field
          label={t('organiserEvents:cancel_type')}
          placeholder={event.name}
          value={typed}
          autoComplete="off"
          onChange={({ target }) => {
            setTyped(target.value);
          }}
        />
      )}
      <ErrorNote error={run.error} />
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('organiserEvents:keep')}</Button>
        <Button
          look="danger"
          busy={run.isPending || !isConfirmed}
          onClick={() => {
            run.mutate();
          }}
        >
          {t('organiserEvents:cancel')}
        </Button>
      </div>
    </OrganiserDialog>
  );
}

function consequences({ figures, currency }: EventSettings): string[] {
  const { bookings, refunds, paid_later: later, held, buyers, buyers_by_mail: told } = figures;
  if (bookings === 0) {
    return [
      t('organiserEvents:cancel_bookings_none'),
      ...(held > 0 ? [t('organiserEvents:cancel_held', { count: held })] : []),
    ];
  }
  return [
    t('organiserEvents:cancel_bookings', { count: bookings }),
    ...(refunds > 0
      ? [
          t('organiserEvents:cancel_refunds', {
            count: refunds,
            total: formatMoney(figures.refund_total, currency),
          }),
        ]
      : []),
    ...(later > 0
      ? [
          t('organiserEvents:cancel_later', {
            count: later,
            total: formatMoney(figures.paid_later_total, currency),
          }),
        ]
      : []),
    ...(held > 0 ? [t('organiserEvents:cancel_held', { count: held })] : []),
    t('organiserEvents:cancel_told', { told: formatNumber(told), buyers: formatNumber(buyers) }),
  ];
}
