import { useState } from 'react';

import type { Scan } from '@/api/tickets';
import type { Ticket } from '@/api/types';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { seatsToAdmit } from '@/features/reservations/seatsToAdmit';
import { MAX_GATE_LENGTH, useGate } from '@/hooks/useGate';
import { seatWords } from '@/domain/seatWords';
import { t } from '@/i18n/language';

interface AdmitFormProps {
  readonly ticket: Ticket;
  readonly isOtherDay: boolean;
  readonly isBusy: boolean;
  readonly onAdmit: (scan: Scan) => void;
}

/**
 * Choose the seats to admit now, by default all that have not entered, and the gate. A ticket for
 * another day can be admitted too, e.g. if the show was moved, but not by the usual large button.
 */
export function AdmitForm({ ticket, isOtherDay, isBusy, onAdmit }: AdmitFormProps) {
  const left = seatsToAdmit(ticket);
  const [later, setLater] = useState<ReadonlySet<number>>(new Set());
  const [gate, setGate] = useGate();
  const chosen = left.filter((seat) => !later.has(seat.seat_id));

  function choose(seatId: number, isNow: boolean): void {
    const next = new Set(later);
    if (isNow) next.delete(seatId);
    else next.add(seatId);
    setLater(next);
  }

  return (
    <form
      className="admit"
      action={() => {
        onAdmit({ seat_ids: chosen.map((seat) => seat.seat_id), gate: gate.trim() });
      }}
    >
      {left.length > 1 && (
        <fieldset className="admit__seats">
          <legend>{t('reservations:whoEnters')}</legend>
          {left.map((seat) => (
            <label key={seat.seat_id} className="admit__seat">
              <input
                type="checkbox"
                checked={!later.has(seat.seat_id)}
                onChange={({ target }) => {
                  choose(seat.seat_id, target.checked);
                }}
              />
              <b>{seatWords(seat)}</b>
            </label>
          ))}
        </fieldset>
      )}
      <Button
        type="submit"
        look={isOtherDay ? 'quiet' : 'primary'}
        className={isOtherDay ? '' : 'admit__button'}
        busy={isBusy}
        disabled={chosen.length === 0}
      >
        {t(isOtherDay ? 'reservations:admitAnyway' : 'reservations:admit', {
          count: chosen.length,
        })}
      </Button>
      <Field
        label={t('reservations:gate')}
        hint={t('reservations:gateHint')}
        value={gate}
        maxLength={MAX_GATE_LENGTH}
        autoComplete="off"
        onChange={({ target }) => {
          setGate(target.value);
        }}
      />
    </form>
  );
}
