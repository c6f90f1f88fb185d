import { useState } from 'react';

import type { ListedSeat } from '@/api/types';
import { Button } from '@/components/Button';
import { seatWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';

interface AdmitGroupProps {
  readonly seats: readonly ListedSeat[];
  readonly isBusy: boolean;
  readonly onAdmit: (seats: readonly ListedSeat[]) => void;
  readonly onCancel: () => void;
}

/** Choose who of a group enters now, by default all. */
export function AdmitGroup({ seats, isBusy, onAdmit, onCancel }: AdmitGroupProps) {
  const [later, setLater] = useState<ReadonlySet<number>>(new Set());
  const chosen = seats.filter(({ seat_id }) => !later.has(seat_id));
  return (
    <form
      className="admit door__group"
      action={() => {
        onAdmit(chosen);
      }}
    >
      <fieldset className="admit__seats">
        <legend>{t('door:whoEnters')}</legend>
        {seats.map((seat) => (
          <label key={seat.seat_id} className="admit__seat">
            <input
              type="checkbox"
              checked={!later.has(seat.seat_id)}
              onChange={({ target }) => {
                const next = new Set(later);
                if (target.checked) next.delete(seat.seat_id);
                else next.add(seat.seat_id);
                setLater(next);
              }}
            />
            <b>{seatWords(seat)}</b>
          </label>
        ))}
      </fieldset>
      <Button
        type="submit"
        look="primary"
        className="admit__button"
        busy={isBusy}
        disabled={chosen.length === 0}
      >
        {t('door:admit', { count: chosen.length })}
      </Button>
      <Button onClick={onCancel}>{t('door:cancel')}</Button>
    </form>
  );
}
