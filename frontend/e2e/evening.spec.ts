import { expect } from '@playwright/test';

import { evening } from './evening';
import { ONLY_CHROMIUM, test } from './fixtures';

test(
  "an organiser's evening: every page and file tells the same sums as the database @thorough",
  ONLY_CHROMIUM,
  async ({ enter }) => {
    const { told, stored } = await evening({
      enter,
      options: { viewport: { width: 1440, height: 900 } },
      inspect: () => Promise.resolve(),
    });
    expect(stored).toEqual({ bookings: 3, tickets: 4, totalCents: 5160 + 2580, feesCents: 255 });
    for (const [where, sums] of Object.entries(told)) expect(sums, where).toEqual(stored);
  },
);
