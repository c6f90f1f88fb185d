import { toApiError } from '@/api/apiError';
import { newIdempotencyKey } from '@/api/idempotencyKey';
import type { TokenPair } from '@/api/types';

const STORAGE_KEY = 'seatcast.tokens';
/** A token this close to expiry may expire on the way. */
const RENEW_BEFORE_EXPIRY_MS = 30_000;
/** Other tabs may see a write to the storage this much later. */
const STORAGE_LAG_MS = 1_000;
/** Assumed lifetime of a token without `iat` and `exp`. */
const DEFAULT_LIFETIME_MS = 60_000;

export interface TokenStore {
  save(pair: TokenPair): void;
  /** Whether there are tokens, which may have been revoked. */
  isSignedIn(): boolean;
  /** Remove the tokens. Returns the refresh token, if there was one. */
  clear(): string | null;
  /**
   * Return a valid access token, renewed if needed; null if nobody is signed in. Throws ApiError.
   */
  accessToken(): Promise<string | null>;
  /** Return an access token other than the `stale` one; null if there is none. Throws ApiError. */
  renewAccess(stale: string): Promise<string | null>;
}

interface TokenStoreOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Exchange the refresh token. The same `key` returns the same pair again. */
  readonly renew: (refresh: string, key: string) => Promise<TokenPair>;
  readonly exclusively: Exclusively;
  /** Subscribe to tokens written by other tabs. */
  readonly onOtherTabWrite: (callback: () => void) => void;
  readonly now: () => number;
  /** Another tab signed in as another user, or signed out. */
  readonly onUserChanged: () => void;
}

/** Run work while holding a lock across tabs; `hasWaited` tells whether another tab held it. */
type Exclusively = <Result>(work: (hasWaited: boolean) => Promise<Result>) => Promise<Result>;

interface StoredTokens extends TokenPair {
  /** By this machine's clock, which may be off but runs at the right speed. */
  readonly accessUntil: number;
  /** Idempotency key for exchanging the refresh token, shared by all tabs and retries. */
  readonly key: string;
}

/**
 * Store the tokens in storage that all tabs share, and renew them before they expire.
 *
 * A refresh token works once, so one tab renews while the others wait for its result. If the
 * response is lost, the stored idempotency key gets the same pair again.
 */
export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { storage, renew, exclusively, onOtherTabWrite, now, onUserChanged } = options;
  const waiting = new Set<() => void>();
  let renewal: Promise<string | null> | null = null;
  let userId = userIdOf(read());

  onOtherTabWrite(() => {
    for (const check of waiting) check();
    const before = userId;
    userId = userIdOf(read());
    if (userId !== before) onUserChanged();
  });

  function save({ access, refresh }: TokenPair): void {
    const accessUntil = now() + lifetimeMs(access);
    const stored: StoredTokens = { access, refresh, accessUntil, key: newIdempotencyKey() };
    storage.setItem(STORAGE_KEY, JSON.stringify(stored));
    userId = userIdOf(stored);
  }

  function clear(): string | null {
    const stored = read();
    storage.removeItem(STORAGE_KEY);
    userId = null;
    return stored?.refresh ?? null;
  }

  async function accessToken(): Promise<string | null> {
    const stored = read();
    if (stored === null) return null;
    if (stored.accessUntil - now() > RENEW_BEFORE_EXPIRY_MS) return stored.access;
    try {
      return await renewAccess(stored.access);
    } catch (error) {
      if (stored.accessUntil > now()) return stored.access;
      throw error;
    }
  }

  function renewAccess(stale: string): Promise<string | null> {
    renewal ??= exclusively(async (hasWaited) => {
      if (hasWaited) await waitForReplacement(stale);
      return renewOnce(stale);
    }).finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function renewOnce(stale: string): Promise<string | null> {
    const stored = read();
    // Another tab has renewed it already.
    if (stored?.access !== stale) return stored?.access ?? null;
    let pair: TokenPair;
    try {
      pair = await renew(stored.refresh, stored.key);
    } catch (cause) {
      const refusal = toApiError(cause);
      if (refusal.status !== 400 && refusal.status !== 401) throw refusal;
      // Another tab may just have used it.
      await waitForReplacement(stale);
      if (isStillStored(stored)) {
        clear();
        onUserChanged();
      }
      return read()?.access ?? null;
    }
    // Keep the user signed out if they signed out meanwhile.
    if (isStillStored(stored)) save(pair);
    return read()?.access ?? null;
  }

  /** Wait until another tab's token arrives here, at most `STORAGE_LAG_MS`. */
  async function waitForReplacement(stale: string): Promise<void> {
    if (read()?.access !== stale) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(stop, STORAGE_LAG_MS);
      function check() {
        if (read()?.access !== stale) stop();
      }
      function stop() {
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      }
      waiting.add(check);
    });
  }

  function isStillStored({ refresh }: StoredTokens): boolean {
    return read()?.refresh === refresh;
  }

  function read(): StoredTokens | null {
    return parseStoredTokens(storage.getItem(STORAGE_KEY));
  }

  return {
    save,
    isSignedIn: () => read() !== null,
    clear,
    accessToken,
    renewAccess,
  };
}

/** Run work in one tab at a time, where the browser has Web Locks. */
export function exclusiveAcrossTabs(name: string): Exclusively {
  return async (work) => {
    // Web Locks exist only in secure contexts.
    if (!('locks' in navigator)) return work(false);
    const { locks } = navigator;
    const atOnce = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { result: await work(false) },
    );
    return atOnce === null ? locks.request(name, () => work(true)) : atOnce.result;
  };
}

/** Subscribe to tokens written by other tabs. */
export function onTokensStored(callback: () => void): void {
  window.addEventListener('storage', ({ key }) => {
    if (key === STORAGE_KEY || key === null) callback();
  });
}

function parseStoredTokens(text: string | null): StoredTokens | null {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
  return isStoredTokens(stored) ? stored : null;
}

function isStoredTokens(value: unknown): value is StoredTokens {
  if (typeof value !== 'object' || value === null) return false;
  const { access, refresh, accessUntil, key } = value as Readonly<Partial<Record<string, unknown>>>;
  const areTexts = [access, refresh, key].every((text) => typeof text === 'string');
  return areTexts && typeof accessUntil === 'number';
}

function lifetimeMs(token: string): number {
  const { iat, exp } = claimsOf(token);
  return typeof iat === 'number' && typeof exp === 'number'
    ? (exp - iat) * 1000
    : DEFAULT_LIFETIME_MS;
}

function userIdOf(stored: StoredTokens | null): string | null {
  return stored === null ? null : String(claimsOf(stored.access)['user_id']);
}

type Claims = Readonly<Partial<Record<string, unknown>>>;

function claimsOf(token: string): Claims {
  try {
    const middle = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(middle)) as Claims;
  } catch {
    return {};
  }
}
