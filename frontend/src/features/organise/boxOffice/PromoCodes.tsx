import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';

import { createPromoCode, withdrawPromoCode } from '@/api/boxOffice';
import { toApiError } from '@/api/apiError';
import type { AllocatedSeats, EventDetail, PromoCode } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { formatDateTime } from '@/i18n/time';
import { promoCodesQuery } from '@/queries/boxOffice';

interface PromoCodesProps {
  readonly event: EventDetail;
  readonly allocations: readonly AllocatedSeats[];
}

/** The codes with which buyers take the seats of a channel, and how often they are used. */
export function PromoCodes({ event, allocations }: PromoCodesProps) {
  const { data: codes = [] } = useQuery(promoCodesQuery(event.id));
  const [isNew, setIsNew] = useState(false);
  const channels = allocations.filter(({ kind }) => kind === 'channel');
  return (
    <section className="box-office__kept" aria-labelledby="box-office-codes">
      <h3 id="box-office-codes">{t('boxOffice:codes')}</h3>
      <p className="panel__note">
        {channels.length === 0 ? t('boxOffice:codeNoChannel') : t('boxOffice:codesLead')}
      </p>
      <ul>
        {codes.map((code) => (
          <Code key={code.id} event={event} code={code} />
        ))}
      </ul>
      {channels.length > 0 &&
        (isNew ? (
          <NewCode
            event={event}
            channels={channels}
            onDone={() => {
              setIsNew(false);
            }}
          />
        ) : (
          <Button
            onClick={() => {
              setIsNew(true);
            }}
          >
            {t('boxOffice:codesNew')}
          </Button>
        ))}
    </section>
  );
}

function Code({ event, code }: { readonly event: EventDetail; readonly code: PromoCode }) {
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const [isCopied, setCopied] = useState(false);
  const [asks, setAsks] = useState(false);
  const withdraw = useMutation({
    mutationFn: () => withdrawPromoCode(event.id, code.id),
    retry: false,
    onSuccess: () => queryClient.invalidateQueries(promoCodesQuery(event.id)),
  });
  const link = `${window.location.origin}/events/${event.id}?code=${code.code}`;
  const end =
    code.withdrawn_at !== null
      ? t('boxOffice:codeWithdrawn')
      : code.expires_at !== null &&
        t('boxOffice:codeUntil', { time: formatDateTime(code.expires_at, event.time_zone) });
  return (
    <li>
      <div className="allocation">
        <b>{code.code}</b>
        <small>
          {code.label},{' '}
          {t('boxOffice:codeUsed', { used: code.held + code.sold, max: code.max_seats })}
          {code.held > 0 && <> ({t('boxOffice:codeHeld', { count: code.held })})</>},{' '}
          {formatMoney(code.revenue, event.currency)}
          {end !== false && <>, {end}</>}
        </small>
      </div>
      {code.withdrawn_at === null && (
        <span className="box-office__buttons">
          <Button
            look="quiet"
            aria-label={`${t('boxOffice:codeLink')}: ${code.code}`}
            onClick={() => {
              void navigator.clipboard.writeText(link).then(() => {
                setCopied(true);
                announce(t('boxOffice:codeCopied'));
              });
            }}
          >
            {t(isCopied ? 'boxOffice:codeLinkCopied' : 'boxOffice:codeLink')}
          </Button>
          <Button
            look="quiet"
            aria-label={`${t('boxOffice:codeWithdraw')}: ${code.code}`}
            onClick={() => {
              setAsks(true);
            }}
          >
            {t('boxOffice:codeWithdraw')}
          </Button>
        </span>
      )}
      {asks && code.withdrawn_at === null && (
        <QuestionDialog
          title={t('boxOffice:codeWithdrawTitle', { code: code.code })}
          lead={t('boxOffice:codeWithdrawLead')}
          confirmLabel={t('boxOffice:codeWithdraw')}
          busy={withdraw.isPending}
          error={withdraw.error}
          onConfirm={() => {
            withdraw.mutate();
          }}
          onDismiss={() => {
            setAsks(false);
          }}
        />
      )}
    </li>
  );
}

interface NewCodeProps {
  readonly event: EventDetail;
  /** At least one. */
  readonly channels: readonly AllocatedSeats[];
  readonly onDone: () => void;
}

interface Values {
  allocation: string;
  promo_code: string;
  max_seats: string;
  /** As in a `datetime-local` input; empty for none. */
  expires_at: string;
}

function NewCode({ event, channels, onDone }: NewCodeProps) {
  const queryClient = useQueryClient();
  const [first] = channels;
  const { register, handleSubmit } = useForm<Values>({
    defaultValues: {
      allocation: String(first?.id ?? ''),
      promo_code: '',
      max_seats: String(first?.seat_ids.length ?? 1),
      expires_at: '',
    },
  });
  const create = useMutation({
    mutationFn: ({ allocation, max_seats: most, expires_at: end, ...rest }: Values) =>
      createPromoCode(event.id, {
        ...rest,
        allocation: Number(allocation),
        max_seats: Number(most),
        expires_at: end === '' ? null : end,
      }),
    retry: false,
    onSuccess: async () => {
      await queryClient.invalidateQueries(promoCodesQuery(event.id));
      onDone();
    },
  });
  const fields = create.error === null ? null : toApiError(create.error).fields;
  return (
    <form
      className="box-office__form"
      onSubmit={(submitted) => {
        void handleSubmit((values) => {
          create.mutate(values);
        })(submitted);
      }}
    >
      <label className="field">
        <span className="field__label">{t('boxOffice:codeFor')}</span>
        <select className="field__input" {...register('allocation')}>
          {channels.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Field
        {...register('promo_code')}
        label={t('boxOffice:codeText')}
        hint={t('boxOffice:codeTextHint')}
        errors={fields?.get('promo_code') ?? []}
        maxLength={40}
        autoComplete="off"
      />
      <Field
        {...register('max_seats')}
        type="number"
        min={1}
        max={100_000}
        required
        label={t('boxOffice:codeMax')}
        errors={fields?.get('max_seats') ?? []}
      />
      <Field
        {...register('expires_at')}
        type="datetime-local"
        label={t('boxOffice:codeExpires')}
        hint={t('boxOffice:codeExpiresHint', { zone: event.time_zone })}
        errors={fields?.get('expires_at') ?? []}
      />
      <ErrorNote error={create.error} />
      <div className="box-office__actions">
        <Button onClick={onDone}>{t('boxOffice:back')}</Button>
        <Button look="primary" type="submit" busy={create.isPending}>
          {t('boxOffice:codeCreate')}
        </Button>
      </div>
    </form>
  );
}
