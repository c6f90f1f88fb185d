import { type SyntheticEvent, useState } from 'react';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { t } from '@/i18n/language';

import './findSeat.css';

interface FindSeatProps {
  readonly facts: readonly SeatFacts[];
  readonly hint?: string;
  /** What the button does with the seat. */
  readonly action: string;
  readonly onChoose: (seatId: number) => void;
}

/** Chooses a seat by its name, for those who do not point at the map. */
export function FindSeat({ facts, hint, action, onChoose }: FindSeatProps) {
  const [name, setName] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  function find(submit: SyntheticEvent) {
    submit.preventDefault();
    const wanted = name.trim().toLowerCase();
    const found = facts.find(({ seatNumber }) => seatNumber.toLowerCase() === wanted);
    setUnknown(found === undefined);
    if (found !== undefined) onChoose(found.id);
  }
  return (
    <form className="find-seat" onSubmit={find}>
      <Field
        label={t('organise:findSeat')}
        {...(hint !== undefined && { hint })}
        errors={isUnknown ? [t('organise:findSeatNone')] : []}
        value={name}
        autoComplete="off"
        onChange={({ target }) => {
          setName(target.value);
          setUnknown(false);
        }}
      />
      <Button type="submit">{action}</Button>
    </form>
  );
}
