import { memo, useState } from 'react';

import type { SeatTone } from '@/canvas/palette';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { Row } from '@/domain/seatMap/sections';
import { Fold } from '@/features/seats/list/Fold';
import { freeNote } from '@/features/seats/list/freeNote';
import { SeatItem } from '@/features/seats/list/SeatItem';
import { rowName } from '@/features/seats/seatLocation';
import { t } from '@/i18n/language';

export interface ListSettings {
  readonly currency: string;
  readonly tones: ReadonlyMap<number, SeatTone>;
  readonly isOnSale: boolean;
  readonly onlyFree: boolean;
}

interface ListRowProps {
  readonly row: Row;
  /** Null if unknown. */
  readonly free: number | null;
  /** All seats of the map; null while the row is closed, so that it does not re-render. */
  readonly seats: readonly MapSeat[] | null;
  readonly settings: ListSettings;
  readonly onToggle: (row: string) => void;
}

export const ListRow = memo(function ListRow({
  row,
  free,
  seats,
  settings,
  onToggle,
}: ListRowProps) {
  return (
    <Fold
      level="h3"
      title={row.name === '' ? t('list:noRow') : rowName(row.name)}
      note={freeNote(free, row.seats.length)}
      isOpen={seats !== null}
      onToggle={() => {
        onToggle(row.name);
      }}
    >
      {seats !== null && (
        <RowSeats key={String(settings.onlyFree)} row={row} seats={seats} settings={settings} />
      )}
    </Fold>
  );
});

interface RowSeatsProps {
  readonly row: Row;
  readonly seats: readonly MapSeat[];
  readonly settings: ListSettings;
}

function RowSeats({ row, seats, settings }: RowSeatsProps) {
  const { tones, currency, isOnSale, onlyFree } = settings;
  const all = row.seats.flatMap(({ index }) => seats[index] ?? []);
  const everFree = useEverFree(all);
  const shown = onlyFree ? all.filter(({ facts }) => everFree.has(facts.id)) : all;
  if (shown.length === 0 && all.every(({ status }) => status !== 'unknown'))
    return <p className="list__none">{t('list:noneHere')}</p>;
  return (
    <ul className="list__seats">
      {shown.map((seat) => (
        <li key={seat.facts.id}>
          <SeatItem
            seat={seat}
            tone={tones.get(seat.facts.categoryId ?? -1)}
            currency={currency}
            isOnSale={isOnSale}
          />
        </li>
      ))}
    </ul>
  );
}

/**
 * Ids of all seats that were free since the first render. A seat taken meanwhile stays in the
 * filtered list, so that the list does not shift under the user's finger or lose the focus.
 */
function useEverFree(seats: readonly MapSeat[]): ReadonlySet<number> {
  const [everFree, setMet] = useState<ReadonlySet<number>>(new Set());
  const newlyFree = seats.filter(
    ({ facts, status }) => (status === 'available' || status === 'mine') && !everFree.has(facts.id),
  );
  if (newlyFree.length > 0)
    setMet(new Set([...everFree, ...newlyFree.map(({ facts }) => facts.id)]));
  return everFree;
}
