import { useQuery } from '@tanstack/react-query';

import { releaseLocks } from '@/api/boxOffice';
import type { EventDetail } from '@/api/types';
import type { MapSeat } from '@/domain/seatMap/seats';
import { useCommand } from '@/features/organise/boxOffice/useCommand';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { t } from '@/i18n/language';
import { formatTime } from '@/i18n/time';
import { seatUseQuery } from '@/queries/boxOffice';

interface ReleaseDialogProps {
  readonly event: EventDetail;
  /** At least one, all held. */
  readonly seats: readonly MapSeat[];
  readonly onReleased: () => void;
  readonly onDismiss: () => void;
}

/** Asks before somebody's seats are taken out of their basket. */
export function ReleaseDialog({ event, seats, onReleased, onDismiss }: ReleaseDialogProps) {
  const [first] = seats;
  const count = seats.length;
  const release = useCommand(
    event.id,
    (ids: readonly number[], key) => releaseLocks(event.id, ids, key),
    onReleased,
  );
  return (
    <QuestionDialog
      title={t('boxOffice:releaseTitle', { count, list: first?.facts.seatNumber ?? '' })}
      lead={t('boxOffice:releaseLead', { count })}
      confirmLabel={t('boxOffice:releaseNow')}
      busy={release.isPending}
      error={release.error}
      onConfirm={() => {
        release.mutate(seats.map(({ facts: { id } }) => id));
      }}
      onDismiss={onDismiss}
    >
      {count === 1 && first !== undefined && <Holder eventId={event.id} seat={first} />}
    </QuestionDialog>
  );
}

function Holder({ eventId, seat }: { readonly eventId: number; readonly seat: MapSeat }) {
  const { data } = useQuery(seatUseQuery(eventId, seat));
  const lock = data?.lock ?? null;
  return (
    lock !== null && (
      <p>
        {t('boxOffice:useLock', {
          name: lock.holder.name,
          since: formatTime(lock.since),
          until: formatTime(lock.until),
        })}
      </p>
    )
  );
}
