import { assertNever } from '@/domain/assertNever';
import { formatClock } from '@/features/organise/formats';
import type { LogEntry } from '@/features/organise/saleLog';
import { StatusMark } from '@/features/organise/StatusMark';
import { t } from '@/i18n/language';

export function LatestChanges({ latest }: { readonly latest: readonly LogEntry[] }) {
  return (
    <section className="panel latest">
      <h2>{t('organise:latest')}</h2>
      {latest.length === 0 ? (
        <p className="panel__note">{t('organise:latestNone')}</p>
      ) : (
        <ol className="latest__list" tabIndex={0} aria-label={t('organise:latest')}>
          {latest.map((entry) => (
            <li key={entry.id}>
              <time className="latest__time tabular">{formatClock(entry.at)}</time>
              <StatusMark status={entry.status} />
              <span>
                <b>{entry.seatNumber}</b> {entryText(entry)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function entryText({ status, holder }: LogEntry): string {
  switch (status) {
    case 'available':
      return t('organise:becameFree');
    case 'mine':
    case 'locked':
      return holder === null ? t('organise:becameHeld') : t('organise:becameHeldBy', { holder });
    case 'reserved':
      return t('organise:becameSold');
    case 'blocked':
      return t('organise:becameBlocked');
    case 'unknown':
      return '';
    default:
      return assertNever(status);
  }
}
