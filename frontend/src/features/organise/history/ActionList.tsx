import { useInfiniteQuery } from '@tanstack/react-query';

import type { Action } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { formatMoment } from '@/features/organise/history/formats';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';
import { isMessageKey, type MessageKey } from '@/i18n/messageKey';
import { actionsQuery } from '@/queries/history';

interface ActionListProps {
  readonly eventId: number;
  readonly zone: string;
}

const DEEDS: Readonly<Record<Action['kind'], MessageKey>> = {
  event_created: 'history:did_event_created',
  event_edited: 'history:did_event_edited',
  event_published: 'history:did_event_published',
  event_unpublished: 'history:did_event_unpublished',
  event_cancelled: 'history:did_event_cancelled',
  sale_opened: 'history:did_sale_opened',
  sale_closed: 'history:did_sale_closed',
  categories_edited: 'history:did_categories_edited',
  ticket_types_edited: 'history:did_ticket_types_edited',
  picture_changed: 'history:did_picture_changed',
  plan_changed: 'history:did_plan_changed',
  sales_exported: 'history:did_sales_exported',
  reservation_cancelled: 'history:did_reservation_cancelled',
  reservation_marked_paid: 'history:did_reservation_marked_paid',
  buyer_changed: 'history:did_buyer_changed',
  reservation_moved: 'history:did_reservation_moved',
  reservation_split: 'history:did_reservation_split',
  reservation_merged: 'history:did_reservation_merged',
  payment_refunded: 'history:did_payment_refunded',
  payment_disputed: 'history:did_payment_disputed',
  seats_sold: 'history:did_seats_sold',
  seats_blocked: 'history:did_seats_blocked',
  seats_unblocked: 'history:did_seats_unblocked',
  locks_released: 'history:did_locks_released',
  money_paid_back: 'history:did_money_paid_back',
  promo_code_created: 'history:did_promo_code_created',
  promo_code_withdrawn: 'history:did_promo_code_withdrawn',
  log_archived: 'history:did_log_archived',
  member_invited: 'history:did_member_invited',
  invitation_withdrawn: 'history:did_invitation_withdrawn',
  member_joined: 'history:did_member_joined',
  member_role_changed: 'history:did_member_role_changed',
  member_removed: 'history:did_member_removed',
  organisation_renamed: 'history:did_organisation_renamed',
};

/** What organisers did to the event, newest first. */
export function ActionList({ eventId, zone }: ActionListProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    actionsQuery(eventId),
  );
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section className="panel actions" tabIndex={0} aria-labelledby="actions">
      <h2 id="actions">{t('history:actions')}</h2>
      {data === undefined ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <>
          {rows.length === 0 && <p className="panel__note">{t('history:actionsNone')}</p>}
          <ol className="changes__list">
            {rows.map((action) => (
              <ActionRow key={action.id} action={action} zone={zone} />
            ))}
          </ol>
          {hasNextPage && (
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t('history:more')}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

function ActionRow({ action, zone }: { readonly action: Action; readonly zone: string }) {
  const { actor, subject, request_id: request } = action;
  const words = wordsOf(action.details, zone);
  return (
    <li className="change">
      <div className="change__what">
        <p>
          <b>{actor === null ? t('history:nobody') : actor.name || t('history:gone')}</b>{' '}
          {t(DEEDS[action.kind])}
          {subject !== null && subject.id !== actor?.id && <> ({subject.name})</>}
        </p>
        {words.length > 0 && (
          <ul className="action__details">
            {words.map((word) => (
              <li key={word}>{word}</li>
            ))}
          </ul>
        )}
        <p className="change__more">
          <time dateTime={action.at} className="tabular">
            {formatMoment(action.at, zone)}
          </time>
          {request !== null && <span>{t('history:request', { id: request })}</span>}
        </p>
      </div>
    </li>
  );
}

/** Ids of rows, which mean nothing to people. */
const UNTOLD = new Set(['copied_from', 'invitation', 'organisation', 'version']);
/** Details that are a role, or may be one. */
const ROLES = new Set(['before', 'role']);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The details as short lines; what was changed as "Name: before → after". */
function wordsOf(details: Action['details'], zone: string): string[] {
  const textOf = (value: unknown): string => {
    if (value === null || value === '') return '–';
    if (typeof value === 'boolean') return t(value ? 'history:yes' : 'history:no');
    if (typeof value === 'string') return MOMENT.test(value) ? formatMoment(value, zone) : value;
    if (Array.isArray(value)) return value.map(textOf).join(', ');
    if (isRecord(value)) return Object.values(value).map(textOf).join(', ');
    return JSON.stringify(value);
  };
  const differenceOf = (pair: unknown): string =>
    Array.isArray(pair) ? pair.map(textOf).join(' → ') : textOf(pair);
  const { currency } = details;
  return Object.entries(details).flatMap(([name, value]) => {
    if (UNTOLD.has(name)) return [];
    if (typeof currency === 'string') {
      if (name === 'currency' && 'amount' in details) return [];
      if (name === 'amount') return [`${labelOf(name)}: ${formatMoney(String(value), currency)}`];
    }
    if (name === 'changed' && isRecord(value)) {
      return Object.entries(value).map(
        ([field, pair]) => `${labelOf(field)}: ${differenceOf(pair)}`,
      );
    }
    if (name === 'categories' && Array.isArray(value)) return value.map(differenceOf);
    return [`${labelOf(name)}: ${ROLES.has(name) ? roleOf(value) : textOf(value)}`];
  });
}

/** A field that a newer server records is told by its name. */
function labelOf(name: string): string {
  const key = `history:detail_${name}`;
  return isMessageKey(key) ? t(key) : name;
}

function roleOf(value: unknown): string {
  const key = `organisations:role_${String(value)}`;
  return isMessageKey(key) ? t(key) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
