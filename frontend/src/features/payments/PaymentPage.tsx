import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, Navigate, useLocation, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import { actionUrl, giveUpPayment } from '@/api/payments';
import type { BuyersPayment, PaymentProgress } from '@/api/types';
import { Button } from '@/components/Button';
import { CheckMark } from '@/components/CheckMark';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { assertNever } from '@/domain/assertNever';
import { Redirect } from '@/features/payments/Redirect';
import { formatList, t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatTime } from '@/i18n/time';
import { eventPath, reservationPath, signInPath } from '@/paths';
import { openPaymentsQuery, paymentQuery } from '@/queries/payments';
import { reservationsQuery } from '@/queries/reservations';
import { useMe } from '@/queries/session';

import '@/components/cards.css';
import '@/components/dialog.css';
import './payments.css';

/** One payment: what the buyer must do for it, and what became of it. */
export function PaymentPage() {
  const { reference = '' } = useParams();
  const me = useMe();
  const location = useLocation();
  if (!/^[0-9a-f]{32}$/.test(reference)) return <NoSuchPayment />;
  if (me === null) return <Navigate to={signInPath(location)} replace />;
  return me === undefined ? <LoadingPayment /> : <OnePayment key={reference} id={reference} />;
}

function OnePayment({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(paymentQuery(id));
  const queryClient = useQueryClient();
  const state = data?.payment.state;
  useEffect(() => {
    if (state === undefined || state === 'open') return;
    void queryClient.invalidateQueries({ queryKey: reservationsQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: openPaymentsQuery.queryKey, exact: true });
  }, [state, queryClient]);
  if (data !== undefined) return <Payment progress={data} />;
  if (error === null) return <LoadingPayment />;
  return toApiError(error).status === 404 ? (
    <NoSuchPayment />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

function Payment({ progress }: { readonly progress: PaymentProgress }) {
  const page = useRef<HTMLDivElement>(null);
  const { state } = progress.payment;
  useEffect(() => {
    // With an open payment's buttons the focus would be lost.
    if (state !== 'open' && document.activeElement === document.body) page.current?.focus();
  }, [state]);
  return (
    <div ref={page} className="cards" tabIndex={-1} aria-live="polite">
      <title>{t('pageTitle', { page: t('payments:title') })}</title>
      <Outcome progress={progress} />
    </div>
  );
}

function Outcome({ progress }: { readonly progress: PaymentProgress }) {
  const { payment } = progress;
  const address = useMe()?.email ?? '';
  switch (payment.state) {
    case 'open':
      return <OpenPayment progress={progress} />;
    case 'booked':
      return (
        <Message
          title={t('payments:booked')}
          art={<CheckMark />}
          actions={
            payment.reservation_id !== null && (
              <Link className="button button--primary" to={reservationPath(payment.reservation_id)}>
                {t('payments:showTicket')}
              </Link>
            )
          }
        >
          <p>
            {t('payments:booked_note')}{' '}
            {address !== '' && t('payments:booked_tickets', { address })}
          </p>
          <WhatFor payment={payment} />
        </Message>
      );
    case 'declined':
    case 'ended':
      return (
        <Message
          title={t(`payments:${payment.state}`)}
          actions={
            <Link className="button button--primary" to={eventPath(payment.event)}>
              {t('payments:backToSeats')}
            </Link>
          }
        >
          <p>{t(`payments:${payment.state}_note`)}</p>
          <WhatFor payment={payment} />
        </Message>
      );
    default:
      return assertNever(payment.state);
  }
}

function OpenPayment({
  progress: { payment, action_url: url, is_declined },
}: {
  readonly progress: PaymentProgress;
}) {
  const queryClient = useQueryClient();
  const { queryKey } = paymentQuery(payment.reference);
  const ask = () => queryClient.invalidateQueries({ queryKey });
  const giveUp = useMutation({
    mutationFn: () => giveUpPayment(payment.reference),
    onSettled: ask,
  });
  return (
    <section className="card">
      <h1 className="card__title">{t(url === null ? 'payments:waiting' : 'payments:action')}</h1>
      <WhatFor payment={payment} />
      {payment.expires_at !== null && (
        <p className="payment__note">
          {t('payments:heldUntil', { time: formatTime(payment.expires_at) })}
        </p>
      )}
      {is_declined && (
        <p className="dialog__error" role="alert">
          {t('payments:declinedTry')}
        </p>
      )}
      {url === null ? (
        <p className="payment__note">{t('payments:waiting_note')}</p>
      ) : (
        <Redirect url={actionUrl(url)} />
      )}
      {giveUp.error !== null && (
        <p className="dialog__error" role="alert">
          {toApiError(giveUp.error).message}
        </p>
      )}
      <Button
        look="plain"
        busy={giveUp.isPending}
        onClick={() => {
          giveUp.mutate();
        }}
      >
        {t(giveUp.isPending ? 'payments:givingUp' : 'payments:giveUp')}
      </Button>
    </section>
  );
}

function WhatFor({ payment }: { readonly payment: BuyersPayment }) {
  return (
    <p className="payment__what">
      <span>
        {t('payments:whatFor', { seats: formatList(payment.seats), event: payment.event_name })}
      </span>
      <b className="tabular">{formatMoney(payment.amount, payment.currency)}</b>
    </p>
  );
}

function LoadingPayment() {
  return (
    <div className="page" aria-busy="true">
      <Skeleton shape="card" />
    </div>
  );
}

function NoSuchPayment() {
  return (
    <Message
      title={t('payments:noSuch')}
      actions={
        <Link className="button button--primary" to="/reservations">
          {t('payments:reservations')}
        </Link>
      }
    >
      <p>{t('payments:noSuch_note')}</p>
    </Message>
  );
}
