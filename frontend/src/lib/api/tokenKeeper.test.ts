import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { ApiError } from '@/lib/api/apiError';
import { createTokenKeeper } from '@/lib/api/tokenKeeper';
import type { TokenPair } from '@/lib/api/types';

const LIFETIME_SECONDS = 300;
const LAG_MS = 40;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_767_225_600_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Tab {
  readonly seen: Map<string, string>;
  readonly callbacks: (() => void)[];
}

/**
 * One server and one browser, whose tabs take turns. What one of them writes the others read a
 * little later, as in browsers that have a process for each.
 */
class Stage {
  readonly stored = new Map<string, string>();
  readonly spent: string[] = [];
  otherPersons = 0;
  failure: ApiError | null = null;
  #given = 0;
  #turn: Promise<void> | null = null;
  readonly #tabs: Tab[] = [];
  readonly #takesTurns: boolean;

  constructor({ takesTurns = true } = {}) {
    this.#takesTurns = takesTurns;
  }

  tab() {
    const tab: Tab = { seen: new Map(this.stored), callbacks: [] };
    this.#tabs.push(tab);
    return createTokenKeeper({
      storage: {
        getItem: (key) => tab.seen.get(key) ?? null,
        setItem: (key, value) => {
          this.#write(tab, (map) => map.set(key, value));
        },
        removeItem: (key) => {
          this.#write(tab, (map) => map.delete(key));
        },
      },
      renew: (refresh) => this.#renew(refresh),
      alone: (work) => {
        const before = this.#takesTurns ? this.#turn : null;
        const done = before === null ? work(false) : before.then(() => work(true));
        const turn: Promise<void> = done.then(
          () => {
            this.#passOn(turn);
          },
          () => {
            this.#passOn(turn);
          },
        );
        this.#turn = turn;
        return done;
      },
      onWritten: (callback) => tab.callbacks.push(callback),
      now: Date.now,
      onOtherPerson: () => {
        this.otherPersons += 1;
      },
    });
  }

  #passOn(turn: Promise<void>): void {
    if (this.#turn === turn) this.#turn = null;
  }

  #write(writer: Tab, change: (map: Map<string, string>) => void): void {
    change(this.stored);
    change(writer.seen);
    for (const other of this.#tabs.filter((tab) => tab !== writer)) {
      setTimeout(() => {
        change(other.seen);
        for (const callback of other.callbacks) callback();
      }, LAG_MS);
    }
  }

  pair(user = 1): TokenPair {
    this.#given += 1;
    // The server's clock is not the browser's.
    const claims = { iat: 1_000, exp: 1_000 + LIFETIME_SECONDS, jti: this.#given, user_id: user };
    return {
      access: `h.${btoa(JSON.stringify(claims))}.s`,
      refresh: `refresh-${String(this.#given)}`,
    };
  }

  async #renew(refresh: string): Promise<TokenPair> {
    const wasSpent = this.spent.includes(refresh);
    this.spent.push(refresh);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.failure !== null) throw this.failure;
    if (wasSpent) throw refusal(401, 'token_not_valid');
    return this.pair();
  }
}

function refusal(status: number | null, code: string): ApiError {
  return new ApiError({ message: code, code, status });
}

/** The answer, for which some time may have to pass. */
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

it('has no token for who has not signed in', async () => {
  expect(await new Stage().tab().current()).toBeNull();
});

it('gives the same token while it is good, to every tab', async () => {
  const stage = new Stage();
  const pair = stage.pair();
  stage.tab().keep(pair);
  vi.advanceTimersByTime((LIFETIME_SECONDS - 31) * 1000);
  expect(await stage.tab().current()).toBe(pair.access);
  expect(stage.spent).toEqual([]);
});

it('renews a token before it ends', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.keep(pair);
  vi.advanceTimersByTime((LIFETIME_SECONDS - 29) * 1000);
  const renewed = await soon(tab.current());
  expect(renewed).not.toBe(pair.access);
  expect(await tab.current()).toBe(renewed);
  expect(stage.spent).toEqual(['refresh-1']);
});

it('renews once, however many wait for it in however many tabs', async () => {
  const stage = new Stage();
  const pair = stage.pair();
  stage.tab().keep(pair);
  const tabs = [stage.tab(), stage.tab(), stage.tab()];
  const answers = await soon(
    Promise.all(tabs.flatMap((tab) => [1, 2, 3, 4].map(() => tab.renewed(pair.access)))),
  );
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).not.toBe(pair.access);
  expect(stage.spent).toEqual(['refresh-1']);
  expect(stage.otherPersons).toBe(0);
});

it('uses each refresh token once, since they rotate', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  tab.keep(stage.pair());
  for (const round of [1, 2, 3]) {
    vi.advanceTimersByTime(LIFETIME_SECONDS * 1000);
    await soon(tab.current());
    expect(stage.spent).toHaveLength(round);
  }
  expect(new Set(stage.spent).size).toBe(3);
});

it('takes what another tab got when the two could not take turns', async () => {
  const stage = new Stage({ takesTurns: false });
  const pair = stage.pair();
  stage.tab().keep(pair);
  const [first, second] = [stage.tab(), stage.tab()];
  const answers = await soon(
    Promise.all([first.renewed(pair.access), second.renewed(pair.access)]),
  );
  expect(stage.spent).toEqual(['refresh-1', 'refresh-1']);
  expect(answers[0]).toBe(answers[1]);
  expect(stage.otherPersons).toBe(0);
});

it('signs out once when the server refuses to renew', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.keep(pair);
  stage.failure = refusal(401, 'token_not_valid');
  expect(await soon(Promise.all([tab.renewed(pair.access), tab.renewed(pair.access)]))).toEqual([
    null,
    null,
  ]);
  expect(stage.stored.size).toBe(0);
  expect(stage.otherPersons).toBe(1);
  expect(await tab.renewed(pair.access)).toBeNull();
  expect(stage.spent).toHaveLength(1);
});

it('knows when somebody has signed in or out in another tab, and when it is the same one', async () => {
  const stage = new Stage();
  const [one, other] = [stage.tab(), stage.tab()];
  one.keep(stage.pair());
  expect(await other.current()).toBeNull();
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(1);
  expect(await other.current()).toBe(await one.current());
  one.keep(stage.pair());
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(1);
  one.keep(stage.pair(2));
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(2);
  one.forget();
  vi.advanceTimersByTime(LAG_MS);
  expect(stage.otherPersons).toBe(3);
});

it.each([
  [null, 'network'],
  [503, 'unavailable'],
  [429, 'throttled'],
])('keeps the tokens when the answer to a renewal is %s', async (status, code) => {
  const stage = new Stage();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.keep(pair);
  stage.failure = refusal(status, code);
  await expect(soon(tab.renewed(pair.access))).rejects.toMatchObject({ code });
  stage.failure = null;
  expect(stage.otherPersons).toBe(0);
  expect(stage.stored.size).toBe(1);
});

it('goes on with a token that has some time left when it cannot be renewed just now', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.keep(pair);
  stage.failure = refusal(null, 'network');
  vi.advanceTimersByTime((LIFETIME_SECONDS - 10) * 1000);
  expect(await soon(tab.current())).toBe(pair.access);
  vi.advanceTimersByTime(10_000);
  await expect(soon(tab.current())).rejects.toMatchObject({ code: 'network' });
});

it('forgets the tokens, and says which one the server should forget too', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  tab.keep(stage.pair());
  expect(tab.forget()).toBe('refresh-1');
  expect(tab.forget()).toBeNull();
  expect(await stage.tab().current()).toBeNull();
});

it('does not sign in again who signs out while a token is renewed', async () => {
  const stage = new Stage();
  const tab = stage.tab();
  const pair = stage.pair();
  tab.keep(pair);
  const renewal = tab.renewed(pair.access);
  stage.tab().forget();
  expect(await soon(renewal)).toBeNull();
  expect(stage.stored.size).toBe(0);
});

it.each(['', 'x', '7', 'null', '{}', '{"access": "a"}'])(
  'takes %j in the storage for nobody',
  async (text) => {
    const stage = new Stage();
    stage.stored.set('seatcast.tokens', text);
    expect(await stage.tab().current()).toBeNull();
  },
);
