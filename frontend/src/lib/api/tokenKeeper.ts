import { toApiError } from '@/lib/api/apiError';
import type { TokenPair } from '@/lib/api/types';

const STORED_AS = 'seatcast.tokens';
/** A token that ends this soon may have ended by the time it arrives. */
const EARLY_MS = 30_000;
/** How long to believe in a token that does not say. */
const UNSAID_MS = 60_000;

export interface TokenKeeper {
  keep(pair: TokenPair): void;
  /** Sign out here. Returns the refresh token that there was. */
  forget(): string | null;
  /** An access token that is good for a while; null when nobody is signed in. Throws ApiError. */
  current(): Promise<string | null>;
  /** One other than the one that was `worn` out; null when there is none. Throws ApiError. */
  renewed(worn: string): Promise<string | null>;
}

interface TokenKeeperOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Ask the server for a new pair. */
  readonly renew: (refresh: string) => Promise<TokenPair>;
  /** Runs work while no other tab does. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly now: () => number;
  /** The server has refused to renew: nobody is signed in any more. */
  readonly onSignedOut: () => void;
}

interface Kept extends TokenPair {
  /** By this machine's clock, which may be wrong, but not by how much time passes. */
  readonly accessUntil: number;
}

/**
 * Keeps a person's tokens where all tabs find them, and renews them in time.
 *
 * A refresh token can be used once, so that of all who wait for a new one, in all tabs, one asks
 * and the others take what it got.
 */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { storage, renew, alone, now, onSignedOut } = options;
  let renewal: Promise<string | null> | null = null;

  function keep({ access, refresh }: TokenPair): void {
    const kept: Kept = { access, refresh, accessUntil: now() + lifetimeMs(access) };
    storage.setItem(STORED_AS, JSON.stringify(kept));
  }

  function forget(): string | null {
    const kept = read();
    storage.removeItem(STORED_AS);
    return kept?.refresh ?? null;
  }

  async function current(): Promise<string | null> {
    const kept = read();
    if (kept === null) return null;
    if (kept.accessUntil - now() > EARLY_MS) return kept.access;
    try {
      return await renewed(kept.access);
    } catch (error) {
      if (kept.accessUntil > now()) return kept.access;
      throw error;
    }
  }

  function renewed(worn: string): Promise<string | null> {
    renewal ??= alone(() => renewOnce(worn)).finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function renewOnce(worn: string): Promise<string | null> {
    const kept = read();
    // Whoever was here before us has seen to it.
    if (kept?.access !== worn) return kept?.access ?? null;
    let pair: TokenPair;
    try {
      pair = await renew(kept.refresh);
    } catch (cause) {
      const refusal = toApiError(cause);
      if (refusal.status !== 400 && refusal.status !== 401) throw refusal;
      if (isStillKept(kept)) {
        forget();
        onSignedOut();
      }
      return read()?.access ?? null;
    }
    // Who has signed out meanwhile stays signed out.
    if (isStillKept(kept)) keep(pair);
    return read()?.access ?? null;
  }

  function isStillKept({ refresh }: Kept): boolean {
    return read()?.refresh === refresh;
  }

  function read(): Kept | null {
    return keptIn(storage.getItem(STORED_AS));
  }

  return { keep, forget, current, renewed };
}

/** Runs work one after the other, in all tabs where the browser can see to that. */
export function oneAfterTheOther(name: string): TokenKeeperOptions['alone'] {
  return (work) => {
    // Web locks exist only in secure contexts.
    return 'locks' in navigator ? navigator.locks.request(name, work) : work();
  };
}

function keptIn(text: string | null): Kept | null {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
  return isKept(kept) ? kept : null;
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { access, refresh, accessUntil } = value as Readonly<Partial<Record<string, unknown>>>;
  return (
    typeof access === 'string' && typeof refresh === 'string' && typeof accessUntil === 'number'
  );
}

function lifetimeMs(token: string): number {
  try {
    const middle = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(middle)) as Readonly<Partial<Record<string, unknown>>>;
    return typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1000 : UNSAID_MS;
  } catch {
    return UNSAID_MS;
  }
}
