import type { DoorState } from '@/domain/door/doorState';
import type { Connection } from '@/features/door/doorSession';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatDateTime, formatTime } from '@/i18n/time';

/** Doors open some hours before an event begins, and close after it. */
const NEAR_MS = 16 * 3_600_000;

interface DoorStatusProps {
  readonly state: DoorState;
  readonly connection: Connection;
}

/** The event, the gate, how many have entered, and whether the server knows. */
export function DoorStatus({ state, connection }: DoorStatusProps) {
  const { list, gate, counts, unsent } = state;
  const isOnline = connection === 'online';
  return (
    <header className="door__status">
      <h1 className="door__title">
        {list.event.name} · {gate}
      </h1>
      <p className="door__counts tabular">
        {t('door:entered', {
          entered: formatNumber(counts.entered),
          expected: formatNumber(counts.expected),
        })}
      </p>
      {isAnotherDay(list.event.date, list.now) && (
        <p className="door__note" role="alert">
          {t('door:anotherDay', { when: formatDateTime(list.event.date, list.event.time_zone) })}
        </p>
      )}
      <p className="door__connection" data-online={isOnline}>
        {isOnline ? t('door:online') : t('door:offline', { when: formatTime(list.now) })}
        {unsent.length > 0 && ` · ${t('door:unsent', { count: unsent.length })}`}
      </p>
    </header>
  );
}

function isAnotherDay(date: string, now: string): boolean {
  return Math.abs(Date.parse(date) - Date.parse(now)) > NEAR_MS;
}
