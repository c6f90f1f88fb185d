import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';

import type { ChangeChoice } from '@/api/history';
import type { Change } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { formatMoment } from '@/features/organise/history/formats';
import { StatusMark } from '@/features/organise/StatusMark';
import { t } from '@/i18n/language';
import type { MessageKey } from '@/i18n/messageKey';
import { reservationPath } from '@/paths';
import { changesQuery } from '@/queries/history';

interface ChangeListProps {
  readonly eventId: number;
  readonly zone: string;
  /** The last change to list; null for all. */
  readonly until: number | null;
  readonly choice: ChangeChoice;
  readonly onChoose: (choice: ChangeChoice) => void;
  /** Show the house after a change. */
  readonly onMove: (seq: number) => void;
}

const REASONS: Readonly<Record<Change['reason'], MessageKey>> = {
  locked: 'history:reason_locked',
  extended: 'history:reason_extended',
  unlocked: 'history:reason_unlocked',
  expired: 'history:reason_expired',
  reserved: 'history:reason_reserved',
  cancelled: 'history:reason_cancelled',
  lapsed: 'history:reason_lapsed',
  ended: 'history:reason_ended',
  blocked: 'history:reason_blocked',
  unblocked: 'history:reason_unblocked',
  released: 'history:reason_released',
  moved: 'history:reason_moved',
  split: 'history:reason_split',
  merged: 'history:reason_merged',
  taken_over: 'history:reason_taken_over',
};

/** What happened up to a moment: of all seats, or the story of a seat, a booking or a person. */
export function ChangeList({ eventId, zone, until, choice, onChoose, onMove }: ChangeListProps) {
  const isStory = Object.keys(choice).length > 0;
  // A story is whole, whatever moment is shown.
  const query = changesQuery(eventId, choice, isStory ? null : until);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(query);
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section className="panel changes">
      <h2 id="changes">{titleOf(choice, rows)}</h2>
      {isStory && (
        <Button
          look="plain"
          onClick={() => {
            onChoose({});
          }}
        >
          {t('history:all')}
        </Button>
      )}
      {choice.reservation !== undefined && (
        <p>
          <Link to={reservationPath(choice.reservation)}>{t('history:openBooking')}</Link>
        </p>
      )}
      {data === undefined ? (
        error === null ? (
          <Skeleton shape="card" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : rows.length === 0 ? (
        <p className="panel__note">{t('history:none')}</p>
      ) : (
        <div className="changes__scroll" tabIndex={0} role="region" aria-labelledby="changes">
          <ol className="changes__list">
            {rows.map((row) => (
              <ChangeRow
                key={`${row.seq}.${row.seat_id}`}
                change={row}
                zone={zone}
                onChoose={onChoose}
                onMove={onMove}
              />
            ))}
          </ol>
          {hasNextPage && (
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t('history:more')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

interface ChangeRowProps {
  readonly change: Change;
  readonly zone: string;
  readonly onChoose: (choice: ChangeChoice) => void;
  readonly onMove: (seq: number) => void;
}

function ChangeRow({ change, zone, onChoose, onMove }: ChangeRowProps) {
  const { actor, reservation, allocation, request_id: request } = change;
  return (
    <li className="change">
      <StatusMark status={change.status} />
      <div className="change__what">
        <p>
          <button
            type="button"
            className="text-button"
            onClick={() => {
              onChoose({ seat: change.seat_id });
            }}
          >
            {change.seat_number}
          </button>{' '}
          {t(REASONS[change.reason])}{' '}
          {actor === null ? (
            t('history:byTime')
          ) : (
            <button
              type="button"
              className="text-button"
              onClick={() => {
                onChoose({ actor: actor.id });
              }}
            >
              {t('history:by', { name: actor.name || t('history:gone') })}
            </button>
          )}
        </p>
        <p className="change__more">
          <button
            type="button"
            className="text-button tabular"
            title={t('history:toMoment')}
            onClick={() => {
              onMove(change.seq);
            }}
          >
            <time dateTime={change.at}>{formatMoment(change.at, zone)}</time>
          </button>
          {reservation !== null && (
            <button
              type="button"
              className="text-button"
              onClick={() => {
                onChoose({ reservation });
              }}
            >
              {t('history:booking', { number: reservation })}
            </button>
          )}
          {allocation !== null && <span>{t('history:keptFor', { label: allocation })}</span>}
          {request !== null && <span>{t('history:request', { id: request })}</span>}
        </p>
      </div>
    </li>
  );
}

function titleOf({ seat, reservation, actor }: ChangeChoice, rows: readonly Change[]): string {
  const [first] = rows;
  if (reservation !== undefined) return t('history:storyOfBooking', { number: reservation });
  if (seat !== undefined) return t('history:storyOfSeat', { seat: first?.seat_number ?? '…' });
  if (actor !== undefined) {
    return t('history:storyOfPerson', { name: first?.actor?.name ?? '…' });
  }
  return t('history:changes');
}
