import type { DoorState } from '@/domain/door/doorState';
import type { Connection } from '@/features/door/doorSession';
import { t } from '@/i18n/language';
import { formatNumber } from '@/i18n/numbers';
import { formatTime } from '@/i18n/time';

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
      <p className="door__connection" data-online={isOnline}>
        {isOnline ? t('door:online') : t('door:offline', { when: formatTime(list.now) })}
        {unsent.length > 0 && ` · ${t('door:unsent', { count: unsent.length })}`}
      </p>
    </header>
  );
}
