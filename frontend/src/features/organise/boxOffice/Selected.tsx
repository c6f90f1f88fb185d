import { useEffect } from 'react';

import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import type { MapSeat } from '@/domain/seatMap/seats';
import {
  changedSeats,
  NOTHING,
  type Selection,
  withSeats,
} from '@/features/organise/boxOffice/selection';
import { formatList, t } from '@/i18n/language';

const MOST_NAMED = 12;

interface SelectedProps {
  readonly selected: readonly MapSeat[];
  readonly onSelect: (selection: Selection) => void;
}

/** The selected seats by name, and ways to have fewer of them. */
export function Selected({ selected, onSelect }: SelectedProps) {
  const names = selected.slice(0, MOST_NAMED).map(({ facts: { seatNumber } }) => seatNumber);
  const rest = selected.length - names.length;
  const free = selected.filter(({ status }) => status === 'available');
  return (
    <>
      <p className="box-office__names">
        {names.join(', ')}
        {rest > 0 && <> {t('boxOffice:more', { count: rest })}</>}
      </p>
      <div className="box-office__buttons">
        <Button
          look="plain"
          onClick={() => {
            onSelect(NOTHING);
          }}
        >
          {t('boxOffice:clear')}
        </Button>
        {free.length > 0 && free.length < selected.length && (
          <Button
            look="plain"
            onClick={() => {
              onSelect(withSeats(NOTHING, free, []));
            }}
          >
            {t('boxOffice:onlyFree')}
          </Button>
        )}
      </div>
    </>
  );
}

interface ChangedProps {
  readonly selection: Selection;
  readonly selected: readonly MapSeat[];
  readonly onAccept: (selection: Selection) => void;
}

/** Tells which of the selected seats somebody else has changed since they were selected. */
export function Changed({ selection, selected, onAccept }: ChangedProps) {
  const announce = useAnnounce();
  const changed = changedSeats(selection, selected);
  const text = changed.length === 0 ? '' : changeText(changed);
  useEffect(() => {
    if (text !== '') announce(text, 'quiet');
  }, [announce, text]);
  if (text === '') return null;
  return (
    <div className="box-office__changed">
      <p>{text}</p>
      <Button
        onClick={() => {
          onAccept(withSeats(NOTHING, selected, []));
        }}
      >
        {t('boxOffice:accept')}
      </Button>
    </div>
  );
}

function changeText(changed: readonly MapSeat[]): string {
  const [first] = changed;
  const names = changed.slice(0, MOST_NAMED).map(({ facts: { seatNumber } }) => seatNumber);
  return t('boxOffice:changed', {
    count: changed.length,
    list: formatList(names),
    status:
      first === undefined || first.status === 'unknown' ? '' : t(`boxOffice:is_${first.status}`),
  });
}
