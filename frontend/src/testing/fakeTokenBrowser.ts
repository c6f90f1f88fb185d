import { ApiError } from '@/api/apiError';
import { createTokenStore } from '@/api/tokenStore';
import type { TokenPair } from '@/api/types';

export const LIFETIME_SECONDS = 300;
export const LAG_MS = 40;

interface Tab {
  readonly seen: Map<string, string>;
  readonly callbacks: (() => void)[];
}

/**
 * One server, and one browser with several tabs. Writes to the storage reach other tabs after a
 * delay, as in multi-process browsers.
 */
export class FakeTokenBrowser {
  readonly stored = new Map<string, string>();
  readonly spent: string[] = [];
  /** Idempotency keys by refresh token; each used token must have exactly one. */
  readonly keys = new Map<string, Set<string>>();
  /** How many responses to drop. */
  toBeLost = 0;
  readonly #answers = new Map<string, TokenPair>();
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
    return createTokenStore({
      storage: {
        getItem: (key) => tab.seen.get(key) ?? null,
        setItem: (key, value) => {
          this.#write(tab, (map) => map.set(key, value));
        },
        removeItem: (key) => {
          this.#write(tab, (map) => map.delete(key));
        },
      },
      renew: (refresh, key) => this.#renew(refresh, key),
      exclusively: (work) => {
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
      onOtherTabWrite: (callback) => tab.callbacks.push(callback),
      now: Date.now,
      onUserChanged: () => {
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
    // The server's clock differs from the browser's.
    const claims = { iat: 1_000, exp: 1_000 + LIFETIME_SECONDS, jti: this.#given, user_id: user };
    return {
      access: `h.${btoa(JSON.stringify(claims))}.s`,
      refresh: `refresh-${String(this.#given)}`,
    };
  }

  async #renew(refresh: string, key: string): Promise<TokenPair> {
    const wasSpent = this.spent.includes(refresh);
    this.spent.push(refresh);
    this.keys.set(refresh, (this.keys.get(refresh) ?? new Set()).add(key));
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.failure !== null) throw this.failure;
    const pair = wasSpent ? this.#answers.get(key) : this.pair();
    if (pair === undefined) throw refusal(401, 'token_not_valid');
    this.#answers.set(key, pair);
    if (this.toBeLost-- > 0) throw refusal(null, 'network');
    return pair;
  }
}

export function refusal(status: number | null, code: string): ApiError {
  return new ApiError({ message: code, code, status });
}
