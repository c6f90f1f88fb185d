import { toApiError } from '@/api/apiError';
import { newIdempotencyKey } from '@/api/idempotencyKey';
import type { TokenPair } from '@/api/types';

const STORAGE_KEY = 'seatcast.tokens';
/** A token that ends this soon may have ended by the time it arrives. */
const RENEW_BEFORE_EXPIRY_MS = 30_000;
/** What one tab has written the others may read a little later. */
const STORAGE_LAG_MS = 1_000;
/** How long to believe in a token that does not say. */
const DEFAULT_LIFETIME_MS = 60_000;

export interface TokenStore {
  save(pair: TokenPair): void;
  /** Sign out here. Returns the refresh token that there was. */
  clear(): string | null;
  /** An access token that is good for a while; null when nobody is signed in. Throws ApiError. */
  accessToken(): Promise<string | null>;
  /** One other than the one that was `stale` out; null when there is none. Throws ApiError. */
  renewAccess(stale: string): Promise<string | null>;
}

interface TokenStoreOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Ask the server for a new pair; by the same key it gives the same one again. */
  readonly renew: (refresh: string, key: string) => Promise<TokenPair>;
  readonly exclusively: Exclusively;
  /** Calls back when what another tab has written can be read here. */
  readonly onOtherTabWrite: (callback: () => void) => void;
  readonly now: () => number;
  /** Somebody else is signed in, or nobody any more, without this tab's doing. */
  readonly onUserChanged: () => void;
}

/** Runs work while no other tab does, and tells it whether it had to wait for that. */
type Exclusively = <Result>(work: (hasWaited: boolean) => Promise<Result>) => Promise<Result>;

interface StoredTokens extends TokenPair {
  /** By this machine's clock, which may be wrong, but not by how much time passes. */
  readonly accessUntil: number;
  /** For the one exchange of the refresh token, whichever tab asks for it, and however often. */
  readonly key: string;
}

/**
 * Keeps a userId's tokens where all tabs find them, and renews them in time.
 *
 * A refresh token can be used once, so that of all who wait for a new one, in all tabs, one asks
 * and the others take what it got. An answer that was lost has used it up all the same, and is had
 * again by the key that was stored with it.
 */
export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { storage, renew, exclusively, onOtherTabWrite, now, onUserChanged } = options;
  const waiting = new Set<() => void>();
  let renewal: Promise<string | null> | null = null;
  let userId = userIdOf(read());

  onOtherTabWrite(() => {
    for (const look of waiting) look();
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
    // Whoever was here before us has seen to it.
    if (stored?.access !== stale) return stored?.access ?? null;
    let pair: TokenPair;
    try {
      pair = await renew(stored.refresh, stored.key);
    } catch (cause) {
      const refusal = toApiError(cause);
      if (refusal.status !== 400 && refusal.status !== 401) throw refusal;
      // Another tab may have used it just before.
      await waitForReplacement(stale);
      if (isStillStored(stored)) {
        clear();
        onUserChanged();
      }
      return read()?.access ?? null;
    }
    // Who has signed out meanwhile stays signed out.
    if (isStillStored(stored)) save(pair);
    return read()?.access ?? null;
  }

  /** Waits until another tab's token can be read here, if there is one. */
  async function waitForReplacement(stale: string): Promise<void> {
    if (read()?.access !== stale) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(stop, STORAGE_LAG_MS);
      function look() {
        if (read()?.access !== stale) stop();
      }
      function stop() {
        clearTimeout(timer);
        waiting.delete(look);
        resolve();
      }
      waiting.add(look);
    });
  }

  function isStillStored({ refresh }: StoredTokens): boolean {
    return read()?.refresh === refresh;
  }

  function read(): StoredTokens | null {
    return parseStoredTokens(storage.getItem(STORAGE_KEY));
  }

  return { save, clear, accessToken, renewAccess };
}

/** Lets one after the other work, in all tabs where the browser can see to that. */
export function exclusiveAcrossTabs(name: string): Exclusively {
  return async (work) => {
    // Web locks exist only in secure contexts.
    if (!('locks' in navigator)) return work(false);
    const { locks } = navigator;
    const atOnce = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { result: await work(false) },
    );
    return atOnce === null ? locks.request(name, () => work(true)) : atOnce.result;
  };
}

/** Calls back when another tab has written tokens. */
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
