import { Button } from '@/components/Button';
import type { Alarm } from '@/features/door/doorSession';
import { seatsInWords } from '@/domain/seatWords';
import { entryText, entryTexts } from '@/components/entryText';
import { t } from '@/i18n/language';

interface AlarmListProps {
  readonly alarms: readonly Alarm[];
  readonly onDismiss: (alarm: Alarm) => void;
}

/** Tickets that this device let in without a network, and should not have. */
export function AlarmList({ alarms, onDismiss }: AlarmListProps) {
  return (
    <ul className="door__alarms" role="alert">
      {alarms.map((alarm) => (
        <li key={alarm.scan.id} className="door__alarm">
          <p>{textOf(alarm)}</p>
          <Button
            onClick={() => {
              onDismiss(alarm);
            }}
          >
            {t('door:understood')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function textOf({ scan, result, seats }: Alarm): string {
  const here = entryText({ at: scan.at, gate: '' });
  const before = entryTexts(result.entries);
  return before === ''
    ? t('door:alarmInvalid', { here })
    : t('door:alarmDouble', { seats: seatsInWords(seats), here, before });
}
