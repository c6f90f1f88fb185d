import { unblockSeats } from '@/api/boxOffice';
import { Button } from '@/components/Button';
import { useCommand } from '@/features/organise/boxOffice/useCommand';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { t } from '@/i18n/language';

interface UnblockButtonProps {
  readonly eventId: number;
  readonly seatIds: readonly number[];
  readonly onUnblocked: () => void;
}

/** Puts blocked seats on sale. */
export function UnblockButton({ eventId, seatIds, onUnblocked }: UnblockButtonProps) {
  const unblock = useCommand(
    eventId,
    (ids: readonly number[], key) => unblockSeats(eventId, ids, key),
    onUnblocked,
  );
  return (
    <>
      <Button
        busy={unblock.isPending}
        onClick={() => {
          unblock.mutate(seatIds);
        }}
      >
        {t('boxOffice:unblock')}
      </Button>
      <ErrorNote error={unblock.error} />
    </>
  );
}
