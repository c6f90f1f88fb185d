import type { EventDetail } from '@/api/types';
import { Button } from '@/components/Button';
import { hasPermissionIn } from '@/domain/permissions';
import type { Possible } from '@/features/organise/boxOffice/selection';
import type { Step } from '@/features/organise/boxOffice/step';
import { UnblockButton } from '@/features/organise/boxOffice/UnblockButton';
import { t } from '@/i18n/language';
import { useMe } from '@/queries/session';

/** As many seats as the server sells and releases, or keeps, at once. */
const MOST_SOLD = 500;
const MOST_KEPT = 2_000;

interface ActionsProps {
  readonly event: EventDetail;
  readonly seatIds: readonly number[];
  readonly possible: Possible;
  readonly onStep: (step: Step) => void;
  readonly onUnblocked: () => void;
}

/** Buttons for what can be done with the selected seats. */
export function Actions({ event, seatIds, possible, onStep, onUnblocked }: ActionsProps) {
  const me = useMe();
  const mayBlock = hasPermissionIn(me, 'reservations.change_seat', event.organisation);
  const { canSell, canUnblock, canRelease, from } = possible;
  const step = (name: 'sell' | 'give' | 'keep') => () => {
    onStep({ name, from });
  };
  if (!canSell && !canUnblock && !canRelease) {
    return seatIds.length > 1 ? <p className="panel__note">{t('boxOffice:mixed')}</p> : null;
  }
  if (seatIds.length > (canRelease ? MOST_SOLD : MOST_KEPT)) {
    const most = canRelease ? MOST_SOLD : MOST_KEPT;
    return <p className="panel__note">{t('boxOffice:tooMany', { most })}</p>;
  }
  return (
    <div className="box-office__actions">
      {canSell && seatIds.length <= MOST_SOLD && (
        <>
          <Button look="primary" onClick={step('sell')}>
            {t('boxOffice:sell')}
          </Button>
          <Button onClick={step('give')}>{t('boxOffice:give')}</Button>
        </>
      )}
      {canSell && mayBlock && (
        <Button onClick={step('keep')}>
          {t(from === null ? 'boxOffice:keep' : 'boxOffice:keepAgain')}
        </Button>
      )}
      {canUnblock && mayBlock && (
        <UnblockButton eventId={event.id} seatIds={seatIds} onUnblocked={onUnblocked} />
      )}
      {canRelease && (
        <Button
          onClick={() => {
            onStep({ name: 'release' });
          }}
        >
          {t('boxOffice:release')}
        </Button>
      )}
    </div>
  );
}
