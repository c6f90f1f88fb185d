import { expect, it } from 'vitest';

import { createServerClock } from '@/lib/feed/clock';

it('reads the local clock until the server has spoken', () => {
  expect(createServerClock(() => 5000).now()).toBe(5000);
});

it('goes by the frame that travelled fastest', () => {
  let local = 1000;
  const clock = createServerClock(() => local);
  clock.observe(61_000 - 400);
  clock.observe(61_000 - 30);
  clock.observe(61_000 - 900);
  expect(clock.now()).toBe(60_970);
  local = 2000;
  expect(clock.now()).toBe(61_970);
});

it('follows a clock that has been put right', () => {
  const clock = createServerClock(() => 1000);
  clock.observe(90_000);
  for (let frame = 0; frame < 12; frame++) clock.observe(1000);
  expect(clock.now()).toBe(1000);
});
