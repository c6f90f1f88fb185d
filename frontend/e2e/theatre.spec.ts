import { expect } from '@playwright/test';

import { test } from './fixtures';
import { sellTheatre } from './theatre';

const MOST_DRAWING_MS = 5 * 60_000;

test(
  'an organiser draws a theatre on an empty site, and two people buy in it at once',
  { tag: ['@chromium', '@thorough', '@empty'] },
  async ({ enter }) => {
    const { drawingMs } = await sellTheatre({
      enter,
      options: { viewport: { width: 1440, height: 900 } },
      inspect: () => Promise.resolve(),
    });
    console.info(`The theatre was drawn in ${(drawingMs / 1000).toFixed(1)} s`);
    expect(drawingMs).toBeLessThan(MOST_DRAWING_MS);
  },
);
