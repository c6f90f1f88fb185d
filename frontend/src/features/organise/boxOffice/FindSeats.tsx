import { type SyntheticEvent, useState } from 'react';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import type { MapSeat } from '@/domain/seatMap/seats';
import { leftIn, type StandingArea } from '@/domain/seatMap/standing';
import { type How, PLACES_ID } from '@/features/organise/boxOffice/BoxOfficeMap';
import { seatsByName } from '@/features/organise/boxOffice/selection';
import { formatList, t } from '@/i18n/language';

import '@/features/organise/findSeat.css';

interface FindSeatsProps {
  readonly seats: readonly MapSeat[];
  readonly standing: readonly StandingArea[];
  readonly onPick: (picked: readonly MapSeat[], how: How) => void;
}

/** Selects seats by their names, and places of standing areas by number. */
export function FindSeats({ seats, standing, onPick }: FindSeatsProps) {
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState<readonly string[]>([]);
  function find(submit: SyntheticEvent) {
    submit.preventDefault();
    const facts = seats.map((seat) => seat.facts);
    const names = seatsByName(text, facts);
    setUnknown(names.unknown);
    if (names.found.length === 0) return;
    onPick(
      names.found.flatMap((index) => seats[index] ?? []),
      'add',
    );
    setText(names.unknown.join(', '));
  }
  return (
    <>
      <form className="find-seat" onSubmit={find}>
        <Field
          label={t('boxOffice:findSeats')}
          hint={t('boxOffice:findSeatsHint')}
          errors={
            unknown.length > 0 ? [t('boxOffice:findNone', { list: formatList(unknown) })] : []
          }
          value={text}
          autoComplete="off"
          onChange={({ target }) => {
            setText(target.value);
            setUnknown([]);
          }}
        />
        <Button type="submit">{t('boxOffice:add')}</Button>
      </form>
      {standing.map((area, place) => (
        <Places
          key={area.group}
          id={place === 0 ? PLACES_ID : undefined}
          area={area}
          seats={seats}
          onPick={onPick}
        />
      ))}
    </>
  );
}

interface PlacesProps {
  readonly id: string | undefined;
  readonly area: StandingArea;
  readonly seats: readonly MapSeat[];
  readonly onPick: (picked: readonly MapSeat[], how: How) => void;
}

function Places({ id, area, seats, onPick }: PlacesProps) {
  const [count, setCount] = useState('1');
  const left = leftIn(area, seats, null);
  function add(submit: SyntheticEvent) {
    submit.preventDefault();
    const free = area.seatIndexes.flatMap((index) => {
      const seat = seats[index];
      return seat?.status === 'available' ? seat : [];
    });
    onPick(free.slice(0, Number(count)), 'add');
  }
  return (
    <form className="find-seat" id={id} tabIndex={-1} onSubmit={add}>
      <Field
        label={t('boxOffice:places', { area: area.name || area.group })}
        hint={t('boxOffice:placesFree', { count: left })}
        type="number"
        min={1}
        max={left}
        value={count}
        onChange={({ target }) => {
          setCount(target.value);
        }}
      />
      <Button type="submit">{t('boxOffice:placesAdd')}</Button>
    </form>
  );
}
