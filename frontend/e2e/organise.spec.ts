import { ONLY_CHROMIUM, test } from './fixtures';
import { organise } from './organising';

test(
  'an organiser gets from a first visit to an event on sale, and others to their tasks @thorough',
  ONLY_CHROMIUM,
  async ({ enter }) => {
    await organise({
      enter,
      options: { viewport: { width: 1440, height: 900 } },
      inspect: () => Promise.resolve(),
    });
  },
);
