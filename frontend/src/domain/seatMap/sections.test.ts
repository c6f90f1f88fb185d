import { describe, expect, it } from 'vitest';

import type { SeatFacts } from '@/domain/seatMap/seats';
import { blocksOf, sectionsOf } from '@/domain/seatMap/sections';
import { factsOf, makeSeat, makeSeats } from '@/testing/factories';

describe('sections', () => {
  it('have rows in plan order', () => {
    const seats = [
      makeSeat(0, { section: 'Circle', row: 'B' }),
      makeSeat(1, { section: 'Stalls', row: 'A' }),
      makeSeat(2, { section: 'Circle', row: 'A' }),
      makeSeat(3, { section: 'Circle', row: 'B' }),
    ].map(factsOf);
    const found = sectionsOf(seats).map(({ name, rows }) => [
      name,
      rows.map((row) => [row.name, row.seats.map(({ index }) => index)]),
    ]);
    expect(found).toEqual([
      [
        'Circle',
        [
          ['B', [0, 3]],
          ['A', [2]],
        ],
      ],
      ['Stalls', [['A', [1]]]],
    ]);
  });
});

describe('the blocks of a section', () => {
  it('are its rows if there is no aisle', () => {
    expect(blocks(makeSeats(8).map(factsOf))).toEqual(['A1 A2 A3 A4', 'B1 B2 B3 B4']);
  });

  it('end at aisles, even in rows with more aisles than neighbours', () => {
    const row = [0, 30, 100, 200, 230, 300];
    const other = [0, 30, 60, 90, 120, 150];
    expect(
      blocks([
        ...row.map((x, place) => at(place, `A${place + 1}`, x, 0)),
        ...other.map((x, place) => at(6 + place, `B${place + 1}`, x, 30)),
      ]),
    ).toEqual(['A1 A2', 'A3', 'A4 A5', 'A6', 'B1 B2 B3 B4 B5 B6']);
  });

  it('are ordered by position, whatever the seat numbers', () => {
    const pianoSide = [at(0, 'A1', 60, 0), at(1, 'A3', 0, 0), at(2, 'A2', 30, 0)];
    expect(blocks(pianoSide)).toEqual(['A3 A2 A1']);
  });

  it('follow rows down the side and around curves', () => {
    const side = [0, 2, 1].map((place) => at(place, `A${place + 1}`, 500, place * 30));
    expect(blocks(side)).toEqual(['A1 A2 A3']);
    const curve = [0, 1, 2, 3, 4].map((place) => {
      const angle = (place * Math.PI) / 8;
      return at(place, `A${place + 1}`, 100 * Math.cos(angle), 100 * Math.sin(angle));
    });
    expect(['A1 A2 A3 A4 A5', 'A5 A4 A3 A2 A1']).toContain(blocks(curve).join('|'));
  });
});

function at(index: number, seatNumber: string, x: number, y: number): SeatFacts {
  return factsOf(
    makeSeat(index, { seat_number: seatNumber, row: seatNumber.charAt(0), x, y }),
    index,
  );
}

function blocks(facts: readonly SeatFacts[]): string[] {
  return sectionsOf(facts)
    .flatMap(blocksOf)
    .map((block) => block.map(({ seatNumber }) => seatNumber).join(' '));
}
