import { expect, it, vi } from 'vitest';

import { createServerClock } from '@/domain/serverClock';

it('reads the local clock until the first sample', () => {
  expect(createServerClock(() => 5000).now()).toBe(5000);
});

it('uses the sample with the least latency', () => {
  let local = 1000;
  const clock = createServerClock(() => local);
  clock.observe(61_000 - 400);
  clock.observe(61_000 - 30);
  clock.observe(61_000 - 900);
  expect(clock.now()).toBe(60_970);
  local = 2000;
  expect(clock.now()).toBe(61_970);
});

it('follows a corrected clock', () => {
  const clock = createServerClock(() => 1000);
  clock.observe(90_000);
  for (let frame = 0; frame < 12; frame++) clock.observe(1000);
  expect(clock.now()).toBe(1000);
});

it("does not jump when the machine's clock is set", () => {
  const clock = createServerClock();
  clock.observe(90_000);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  expect(clock.now()).toBeLessThan(90_000 + 60_000);
  vi.restoreAllMocks();
});

it('uses its fallback until the first sample', () => {
  const other = createServerClock(() => 1000);
  const clock = createServerClock(() => 1000, other);
  expect(clock.isSet()).toBe(false);
  other.observe(5000);
  expect([clock.isSet(), clock.now()]).toEqual([true, 5000]);
  clock.observe(7000);
  expect(clock.now()).toBe(7000);
});
