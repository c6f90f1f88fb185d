import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { LAG_MS, LIFETIME_SECONDS, refusal, FakeTokenBrowser } from '@/testing/fakeTokenBrowser';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_767_225_600_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Await a result while fake time passes. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  const [settled] = await Promise.all([
    answer.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    ),
    vi.advanceTimersByTimeAsync(5_000),
  ]);
  return settled();
}

it('has no token before sign-in', async () => {
  expect(await new FakeTokenBrowser().tab().accessToken()).toBeNull();
});

it('returns the same valid token in every tab', async () => {
  const stage = new FakeTokenBrowser();
  const pair = stage.pair();
  stage.tab().save(pair);
  vi.advanceTimersByTime((LIFETIME_SECONDS - 31) * 1000);
  expect(await stage.tab().accessToken()).toBe(pair.access);
  expect(stage.spent).toEqual([]);
});

it('renews a token before it expires', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  vi.advanceTimersByTime((LIFETIME_SECONDS - 29) * 1000);
  const renewed = await soon(tab.accessToken());
  expect(renewed).not.toBe(pair.access);
  expect(await tab.accessToken()).toBe(renewed);
  expect(stage.spent).toEqual(['refresh-1']);
});

it('renews once for any number of callers and tabs', async () => {
  const stage = new FakeTokenBrowser();
  const pair = stage.pair();
  stage.tab().save(pair);
  const tabs = [stage.tab(), stage.tab(), stage.tab()];
  const answers = await soon(
    Promise.all(tabs.flatMap((tab) => [1, 2, 3, 4].map(() => tab.renewAccess(pair.access)))),
  );
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).not.toBe(pair.access);
  expect(stage.spent).toEqual(['refresh-1']);
  expect(stage.otherPersons).toBe(0);
});

it('uses each refresh token once, since they rotate', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  tab.save(stage.pair());
  for (const round of [1, 2, 3]) {
    vi.advanceTimersByTime(LIFETIME_SECONDS * 1000);
    await soon(tab.accessToken());
    expect(stage.spent).toHaveLength(round);
  }
  expect(new Set(stage.spent).size).toBe(3);
});

it("takes another tab's token when there are no cross-tab locks", async () => {
  const stage = new FakeTokenBrowser({ takesTurns: false });
  const pair = stage.pair();
  stage.tab().save(pair);
  const [first, second] = [stage.tab(), stage.tab()];
  const answers = await soon(
    Promise.all([first.renewAccess(pair.access), second.renewAccess(pair.access)]),
  );
  expect(stage.spent).toEqual(['refresh-1', 'refresh-1']);
  expect(answers[0]).toBe(answers[1]);
  expect(stage.otherPersons).toBe(0);
});

it('signs out once when the server refuses the renewal', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  stage.failure = refusal(401, 'token_not_valid');
  expect(
    await soon(Promise.all([tab.renewAccess(pair.access), tab.renewAccess(pair.access)])),
  ).toEqual([null, null]);
  expect(stage.stored.size).toBe(0);
  expect(stage.otherPersons).toBe(1);
  expect(await tab.renewAccess(pair.access)).toBeNull();
  expect(stage.spent).toHaveLength(1);
});

it('detects sign-in, sign-out and a change of user in another tab', async () => {
  const stage = new FakeTokenBrowser();
  const [one, other] = [stage.tab(), stage.tab()];
  one.save(stage.pair());
  expect(await other.accessToken()).toBeNull();
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(1);
  expect(await other.accessToken()).toBe(await one.accessToken());
  one.save(stage.pair());
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(1);
  one.save(stage.pair(2));
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(2);
  one.clear();
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(3);
});

it.each([
  [null, 'network'],
  [503, 'unavailable'],
  [429, 'throttled'],
])('keeps the tokens when the renewal ends in %s', async (status, code) => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  stage.failure = refusal(status, code);
  await expect(soon(tab.renewAccess(pair.access))).rejects.toMatchObject({ code });
  stage.failure = null;
  expect(stage.otherPersons).toBe(0);
  expect(stage.stored.size).toBe(1);
});

it('recovers a lost renewal response from any tab, with the same key', async () => {
  const stage = new FakeTokenBrowser();
  const pair = stage.pair();
  stage.tab().save(pair);
  stage.toBeLost = 1;
  await expect(soon(stage.tab().renewAccess(pair.access))).rejects.toMatchObject({
    code: 'network',
  });
  const renewed = await soon(stage.tab().renewAccess(pair.access));
  expect(stage.spent).toEqual(['refresh-1', 'refresh-1']);
  expect(renewed).toMatch(/^h\./);
  expect(renewed).not.toBe(pair.access);
  expect(stage.otherPersons).toBe(0);
});

it('never sends a used refresh token without its idempotency key', async () => {
  const stage = new FakeTokenBrowser({ takesTurns: false });
  const pair = stage.pair();
  stage.tab().save(pair);
  stage.toBeLost = 2;
  const tabs = [stage.tab(), stage.tab()];
  await soon(Promise.allSettled(tabs.map((tab) => tab.renewAccess(pair.access))));
  // One of the tabs is reloaded meanwhile.
  const answers = await soon(
    Promise.all([stage.tab(), ...tabs].map((tab) => tab.renewAccess(pair.access))),
  );
  expect(new Set(answers).size).toBe(1);
  expect(stage.spent.filter((token) => token === 'refresh-1').length).toBeGreaterThan(2);
  expect([...stage.keys.values()].map(({ size }) => size)).toEqual([1]);
  expect([...(stage.keys.get('refresh-1') ?? [])][0]).not.toBe('');
  expect(stage.otherPersons).toBe(0);
});

it('renews a token that the server calls expired, whatever the local clock says', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  vi.setSystemTime(Date.now() - 86_400_000);
  vi.advanceTimersByTime(LIFETIME_SECONDS * 1000);
  expect(await tab.accessToken()).toBe(pair.access);
  const renewed = await soon(tab.renewAccess(pair.access));
  expect(renewed).not.toBe(pair.access);
  vi.setSystemTime(Date.now() + 7 * 86_400_000);
  expect(await soon(tab.accessToken())).not.toBe(renewed);
});

it('keeps using a valid token while it cannot be renewed', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  stage.failure = refusal(null, 'network');
  vi.advanceTimersByTime((LIFETIME_SECONDS - 10) * 1000);
  expect(await soon(tab.accessToken())).toBe(pair.access);
  vi.advanceTimersByTime(10_000);
  await expect(soon(tab.accessToken())).rejects.toMatchObject({ code: 'network' });
});

it('removes the tokens and returns the one to revoke', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  tab.save(stage.pair());
  expect(tab.clear()).toBe('refresh-1');
  expect(tab.clear()).toBeNull();
  expect(await stage.tab().accessToken()).toBeNull();
});

it('stays signed out when a renewal completes after sign-out', async () => {
  const stage = new FakeTokenBrowser();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.save(pair);
  const renewal = tab.renewAccess(pair.access);
  stage.tab().clear();
  expect(await soon(renewal)).toBeNull();
  expect(stage.stored.size).toBe(0);
});

it.each(['', 'x', '7', 'null', '{}', '{"access": "a"}'])(
  'treats stored %j as signed out',
  async (text) => {
    const stage = new FakeTokenBrowser();
    stage.stored.set('seatcast.tokens', text);
    expect(await stage.tab().accessToken()).toBeNull();
  },
);
