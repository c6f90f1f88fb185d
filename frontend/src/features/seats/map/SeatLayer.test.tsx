import { render } from '@testing-library/react';
import { expect, it } from 'vitest';

import { SeatLayer } from '@/features/seats/map/SeatLayer';
import { createServerClock } from '@/lib/feed/clock';
import type { MapSeat } from '@/lib/seatmap/seats';
import { changed, MapUnderTest } from '@/testing/mapHarness';

it('draws again only the seats that have changed', () => {
  const map = MapUnderTest.withSeats(8);
  const drawn: string[] = [];
  const shared = {
    radius: 10,
    categories: [],
    currency: 'EUR',
    clock: createServerClock(),
    tabStop: 0,
    isOnSale: true,
  };
  const watched = new Map<MapSeat, MapSeat>();
  const layer = () => (
    <svg>
      <SeatLayer {...shared} seats={map.state.seats.map((seat) => watch(seat))} />
    </svg>
  );

  /** The same object for the same seat, which notes when it is drawn. */
  function watch(seat: MapSeat): MapSeat {
    const known = watched.get(seat);
    if (known !== undefined) return known;
    const noted = {
      ...seat,
      get standing() {
        drawn.push(seat.facts.seatNumber);
        return seat.standing;
      },
    };
    watched.set(seat, noted);
    return noted;
  }

  const { rerender } = render(layer());
  expect(new Set(drawn).size).toBe(8);
  drawn.length = 0;
  map.delta(changed(2, 'reserved'), changed(5, 'blocked'));
  rerender(layer());
  expect(new Set(drawn)).toEqual(new Set(['A3', 'B2']));
});
