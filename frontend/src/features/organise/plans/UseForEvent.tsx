import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Link } from 'react-router';

import { faultsOf, inTheWayOf, putPlan } from '@/api/seatingPlans';
import type { EventSummary, InTheWay, PlanChanges, SeatingPlan } from '@/api/types';
import { Button } from '@/components/Button';
import { Skeleton } from '@/components/Skeleton';
import { OrganiserDialog } from '@/features/organise/OrganiserDialog';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime } from '@/i18n/time';
import { bookingsPath, eventPath, eventSettingsPath, organisationPath } from '@/paths';
import { EVENTS_KEY } from '@/queries/events';
import { ownEventsQuery, PLANS_KEY } from '@/queries/seatingPlans';

interface UseForEventProps {
  readonly plan: SeatingPlan;
  readonly version: number;
  readonly onDismiss: () => void;
}

const KINDS = [
  'added',
  'removed',
  'relabelled',
  'recategorised',
  'moved',
  'described',
  'kept',
] as const;

/** Puts a version onto an event, after showing what that changes. */
export function UseForEvent({ plan, version, onDismiss }: UseForEventProps) {
  const queryClient = useQueryClient();
  const select = useId();
  const events = useQuery(ownEventsQuery(plan.organisation));
  const [eventId, setEventId] = useState<number | null>(null);
  const [keep, setKeep] = useState<ReadonlySet<number>>(new Set());
  const event = events.data?.find(({ id }) => id === eventId);
  const body = { plan: plan.id, version, keep: [...keep] };
  const compare = useMutation({
    mutationFn: (id: number) => putPlan(id, { ...body, dry_run: true }),
  });
  const apply = useMutation({
    mutationFn: (id: number) => putPlan(id, { ...body, dry_run: false }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: EVENTS_KEY });
      await queryClient.invalidateQueries({ queryKey: PLANS_KEY });
    },
  });
  const inTheWay = (inTheWayOf(apply.error) ?? compare.data?.in_the_way ?? []).filter(
    ({ seat_id: id }) => !keep.has(id),
  );
  const error = compare.error ?? (inTheWayOf(apply.error) === null ? apply.error : null);

  function choose(id: number) {
    setEventId(id);
    setKeep(new Set());
    apply.reset();
    compare.reset();
  }

  function keepSeats(ids: readonly number[]) {
    setKeep(new Set([...keep, ...ids]));
    apply.reset();
  }

  if (apply.isSuccess && event !== undefined) return <Done event={event} onDismiss={onDismiss} />;
  return (
    <OrganiserDialog
      title={t('plans:useTitle')}
      lead={t('plans:useLead', { number: version, name: plan.name })}
      onDismiss={onDismiss}
    >
      <div className="use-plan">
        {events.data === undefined && <Skeleton shape="title" />}
        {events.data?.length === 0 && <p>{t('plans:noEvents')}</p>}
        {events.data !== undefined && events.data.length > 0 && (
          <div className="field">
            <label className="field__label" htmlFor={select}>
              {t('plans:event')}
            </label>
            <select
              id={select}
              className="field__input"
              value={eventId ?? ''}
              onChange={({ target }) => {
                choose(Number(target.value));
              }}
            >
              <option value="" disabled>
                {t('plans:chooseEvent')}
              </option>
              {events.data.map(({ id, name, date, time_zone: zone }) => (
                <option key={id} value={id}>
                  {name}, {formatDateTime(date, zone)}
                </option>
              ))}
            </select>
          </div>
        )}
        {compare.data !== undefined && <Changes changes={compare.data} />}
        {inTheWay.length > 0 && (
          <Obstacles
            seats={inTheWay}
            count={Math.max(inTheWay.length, (compare.data?.in_the_way_count ?? 0) - keep.size)}
            eventId={eventId}
            onKeep={keepSeats}
          />
        )}
        {keep.size > 0 && <p>{t('plans:keeping', { count: keep.size })}</p>}
        {error !== null && (
          <div className="dialog__error" role="alert">
            {error.message}
            <ul className="new-plan__faults">
              {faultsOf(error).map(({ path, problem }) => (
                <li key={path + problem}>
                  {path !== '' && <code>{path}</code>} {problem}
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className="dialog__actions">
          <Button onClick={onDismiss}>{t('plans:cancel')}</Button>
          {events.data?.length === 0 && (
            <Link className="button button--primary" to={organisationPath(plan.organisation)}>
              {t('plans:toEvents')}
            </Link>
          )}
          {event !== undefined &&
            (compare.data === undefined ? (
              <Button
                look="primary"
                busy={compare.isPending}
                onClick={() => {
                  compare.mutate(event.id);
                }}
              >
                {t(compare.isPending ? 'plans:comparing' : 'plans:compare')}
              </Button>
            ) : (
              <Button
                look="primary"
                disabled={inTheWay.length > 0}
                busy={apply.isPending}
                onClick={() => {
                  apply.mutate(event.id);
                }}
              >
                {t('plans:apply', { event: event.name })}
              </Button>
            ))}
        </div>
      </div>
    </OrganiserDialog>
  );
}

function Changes({ changes }: { readonly changes: PlanChanges }) {
  const counts = KINDS.map((kind) => [kind, changes[kind]] as const).filter(([, n]) => n > 0);
  if (counts.length === 0 && changes.in_the_way_count === 0) {
    return <p>{t('plans:nothingChanges')}</p>;
  }
  return (
    <>
      {counts.length > 0 && (
        <dl className="use-plan__counts">
          {counts.map(([kind, count]) => (
            <div key={kind}>
              <dt>{t(`plans:change_${kind}`)}</dt>
              <dd>{formatNumber(count)}</dd>
            </div>
          ))}
        </dl>
      )}
      {changes.moved_taken > 0 && (
        <p className="plan-panel__hint">{t('plans:movedTaken', { count: changes.moved_taken })}</p>
      )}
      {changes.new_categories.length > 0 && (
        <p className="plan-panel__hint">
          {t('plans:newCategories', { names: changes.new_categories.join(', ') })}
        </p>
      )}
      {changes.changes.length > 0 && (
        <details>
          <summary>{t('plans:list')}</summary>
          <ul className="use-plan__list">
            {changes.changes.map(
              ({ seat_id: id, seat_number: number, section, kinds, becomes }) => (
                <li key={id ?? `${section} ${number}`}>
                  <strong>
                    {becomes === '' || becomes === number
                      ? number
                      : t('plans:becomes', { from: number, to: becomes })}
                  </strong>{' '}
                  {kinds.map(kindText).join(', ')}
                </li>
              ),
            )}
          </ul>
        </details>
      )}
    </>
  );
}

interface ObstaclesProps {
  readonly seats: readonly InTheWay[];
  readonly count: number;
  readonly eventId: number | null;
  readonly onKeep: (ids: readonly number[]) => void;
}

/** The seats in the way, each with its way out. */
function Obstacles({ seats, count, eventId, onKeep }: ObstaclesProps) {
  const keepable = seats.filter(({ can_keep: can }) => can).map(({ seat_id: id }) => id);
  return (
    <section className="use-plan__obstacles" aria-label={t('plans:inTheWay', { count })}>
      <h3>{t('plans:inTheWay', { count })}</h3>
      <p className="plan-panel__hint">{t('plans:inTheWayHint')}</p>
      {keepable.length > 1 && (
        <Button
          onClick={() => {
            onKeep(keepable);
          }}
        >
          {t('plans:keepAll')}
        </Button>
      )}
      <ul className="use-plan__list">
        {seats.map((seat) => (
          <li key={seat.seat_id}>
            <span>
              <strong>{seat.seat_number}</strong> ({t(`plans:use_${seat.use}`)}){' '}
              {t(`plans:obstacle_${seat.obstacle}`)}
              {seat.reservation !== null && (
                <>
                  {' · '}
                  {eventId !== null && (
                    <Link to={bookingsPath(eventId, seat.reservation, 'move')}>
                      {t('plans:moveBooking', { id: seat.reservation })}
                    </Link>
                  )}
                </>
              )}
            </span>
            {seat.can_keep && (
              <Button
                look="plain"
                onClick={() => {
                  onKeep([seat.seat_id]);
                }}
              >
                {t('plans:keep', { seat: seat.seat_number })}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface DoneProps {
  readonly event: EventSummary;
  readonly onDismiss: () => void;
}

function Done({ event, onDismiss }: DoneProps) {
  return (
    <OrganiserDialog
      title={t('plans:done', { event: event.name })}
      lead={t('plans:doneHint')}
      onDismiss={onDismiss}
    >
      <div className="dialog__actions">
        <Button onClick={onDismiss}>{t('plans:close')}</Button>
        <Link className="button button--quiet" to={eventPath(event.id)}>
          {t('plans:openEvent')}
        </Link>
        <Link className="button button--primary" to={eventSettingsPath(event.id)}>
          {t('plans:openSettings')}
        </Link>
      </div>
    </OrganiserDialog>
  );
}

function kindText(kind: string): string {
  const known = KINDS.find((each) => each === kind);
  return known === undefined ? kind : t(`plans:seat_${known}`);
}
