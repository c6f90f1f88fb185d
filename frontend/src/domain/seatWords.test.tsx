import { afterEach, expect, it } from 'vitest';

import { seatsInWords, seatWords } from '@/domain/seatWords';
import { applyLanguage } from '@/i18n/language';
import { namedSeats } from '@/testing/fixtures';

const { seats, lists } = namedSeats();

afterEach(() => applyLanguage('en'));

it.each(['en', 'de'] as const)(
  'names seats in words, as the server does (%s)',
  async (language) => {
    await applyLanguage(language);
    expect(seats.map(({ seat }) => seatWords(seat))).toEqual(seats.map((each) => each[language]));
    expect(lists.map((each) => seatsInWords(each.seats))).toEqual(
      lists.map((each) => each[language]),
    );
  },
);
