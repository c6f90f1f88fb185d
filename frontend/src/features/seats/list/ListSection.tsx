import { memo, useMemo, useState } from 'react';

import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { Section } from '@/domain/seatMap/sections';
import { Fold } from '@/features/seats/list/Fold';
import { freeNote } from '@/features/seats/list/freeNote';
import { ListRow, type ListSettings } from '@/features/seats/list/ListRow';
import { sectionName } from '@/features/seats/sectionName';
import { useToggleSet } from '@/features/seats/list/useToggleSet';
import { t } from '@/i18n/language';
import { formatMoney } from '@/i18n/money';

interface ListSectionProps {
  readonly section: Section;
  /** Null if unknown. */
  readonly free: number | null;
  /** All seats of the map; null while the section is closed. */
  readonly seats: readonly MapSeat[] | null;
  /** Seats whose rows are opened. */
  readonly found: readonly SeatFacts[];
  readonly settings: ListSettings;
  readonly onToggle: (section: string) => void;
  readonly headId: string;
}

/** Up to this many seats can be rendered at once without a delay. */
export const SHOWN_AT_ONCE = 200;

export const ListSection = memo(function ListSection({
  section,
  free,
  seats,
  found,
  settings,
  onToggle,
  headId,
}: ListSectionProps) {
  const all = useMemo(() => section.rows.flatMap((row) => row.seats), [section]);
  const { currency } = settings;
  const prices = useMemo(() => priceRange(all, currency), [all, currency]);
  return (
    <Fold
      level="h2"
      title={sectionName(section)}
      note={
        <>
          <span>{freeNote(free, all.length)}</span> <span>{prices}</span>
        </>
      }
      isOpen={seats !== null}
      headId={headId}
      onToggle={() => {
        onToggle(section.name);
      }}
    >
      {seats !== null && (
        <Rows
          section={section}
          seats={seats}
          found={found}
          settings={settings}
          areOpen={all.length <= SHOWN_AT_ONCE}
        />
      )}
    </Fold>
  );
});

interface RowsProps {
  readonly section: Section;
  readonly seats: readonly MapSeat[];
  readonly found: readonly SeatFacts[];
  readonly settings: ListSettings;
  readonly areOpen: boolean;
}

function Rows({ section, seats, found, settings, areOpen }: RowsProps) {
  const turned = useToggleSet(() => new Set(areOpen ? [] : rowsOf(found, section)));
  const [opened, setOpened] = useState(found);
  if (opened !== found) {
    setOpened(found);
    const wanted = rowsOf(found, section);
    turned.setNames((before) =>
      areOpen
        ? new Set([...before].filter((row) => !wanted.includes(row)))
        : new Set([...before, ...wanted]),
    );
  }
  return section.rows.map((row) => (
    <ListRow
      key={row.name}
      row={row}
      free={freeAmong(row.seats, seats)}
      seats={turned.names.has(row.name) === areOpen ? null : seats}
      settings={settings}
      onToggle={turned.toggle}
    />
  ));
}

function rowsOf(seats: readonly SeatFacts[], { name }: Section): string[] {
  return seats.flatMap(({ section, row }) => (section === name ? row : []));
}

/** Null if the state of any is unknown. */
export function freeAmong(some: readonly SeatFacts[], seats: readonly MapSeat[]): number | null {
  let free = 0;
  for (const { index } of some) {
    const status = seats[index]?.status;
    if (status === 'unknown') return null;
    if (status === 'available') free += 1;
  }
  return free;
}

function priceRange(seats: readonly SeatFacts[], currency: string): string {
  const prices = seats.map(({ price }) => price).sort((a, b) => Number(a) - Number(b));
  const [least = '0', most = '0'] = [prices[0], prices.at(-1)];
  return least === most
    ? formatMoney(least, currency)
    : t('list:prices', {
        least: formatMoney(least, currency),
        most: formatMoney(most, currency),
      });
}
