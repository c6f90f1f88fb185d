import { toApiError } from '@/api/apiError';
import { newIdempotencyKey } from '@/api/idempotencyKey';
import type { TokenPair } from '@/api/types';

const STORED_AS = 'seatcast.tokens';
/** A token that ends this soon may have ended by the time it arrives. */
const EARLY_MS = 30_000;
/** What one tab has written the others may read a little later. */
const LAG_MS = 1_000;
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
  /** Ask the server for a new pair; by the same key it gives the same one again. */
  readonly renew: (refresh: string, key: string) => Promise<TokenPair>;
  readonly alone: Alone;
  /** Calls back when what another tab has written can be read here. */
  readonly onWritten: (callback: () => void) => void;
  readonly now: () => number;
  /** Somebody else is signed in, or nobody any more, without this tab's doing. */
  readonly onOtherPerson: () => void;
}

/** Runs work while no other tab does, and tells it whether it had to wait for that. */
type Alone = <Result>(work: (hasWaited: boolean) => Promise<Result>) => Promise<Result>;

interface Kept extends TokenPair {
  /** By this machine's clock, which may be wrong, but not by how much time passes. */
  readonly accessUntil: number;
  /** For the one exchange of the refresh token, whichever tab asks for it, and however often. */
  readonly key: string;
}

/**
 * Keeps a person's tokens where all tabs find them, and renews them in time.
 *
 * A refresh token can be used once, so that of all who wait for a new one, in all tabs, one asks
 * and the others take what it got. An answer that was lost has used it up all the same, and is had
 * again by the key that was kept with it.
 */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { storage, renew, alone, onWritten, now, onOtherPerson } = options;
  const waiting = new Set<() => void>();
  let renewal: Promise<string | null> | null = null;
  let person = personIn(read());

  onWritten(() => {
    for (const look of waiting) look();
    const before = person;
    person = personIn(read());
    if (person !== before) onOtherPerson();
  });

  function keep({ access, refresh }: TokenPair): void {
    const accessUntil = now() + lifetimeMs(access);
    const kept: Kept = { access, refresh, accessUntil, key: newIdempotencyKey() };
    storage.setItem(STORED_AS, JSON.stringify(kept));
    person = personIn(kept);
  }

  function forget(): string | null {
    const kept = read();
    storage.removeItem(STORED_AS);
    person = null;
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
    renewal ??= alone(async (hasWaited) => {
      if (hasWaited) await isReplaced(worn);
      return renewOnce(worn);
    }).finally(() => {
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
      pair = await renew(kept.refresh, kept.key);
    } catch (cause) {
      const refusal = toApiError(cause);
      if (refusal.status !== 400 && refusal.status !== 401) throw refusal;
      // Another tab may have used it just before.
      await isReplaced(worn);
      if (isStillKept(kept)) {
        forget();
        onOtherPerson();
      }
      return read()?.access ?? null;
    }
    // Who has signed out meanwhile stays signed out.
    if (isStillKept(kept)) keep(pair);
    return read()?.access ?? null;
  }

  /** Waits until another tab's token can be read here, if there is one. */
  async function isReplaced(worn: string): Promise<void> {
    if (read()?.access !== worn) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(stop, LAG_MS);
      function look() {
        if (read()?.access !== worn) stop();
      }
      function stop() {
        clearTimeout(timer);
        waiting.delete(look);
        resolve();
      }
      waiting.add(look);
    });
  }

  function isStillKept({ refresh }: Kept): boolean {
    return read()?.refresh === refresh;
  }

  function read(): Kept | null {
    return keptIn(storage.getItem(STORED_AS));
  }

  return { keep, forget, current, renewed };
}

/** Lets one after the other work, in all tabs where the browser can see to that. */
export function oneAfterTheOther(name: string): Alone {
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
export function onTokensWritten(callback: () => void): void {
  window.addEventListener('storage', ({ key }) => {
    if (key === STORED_AS || key === null) callback();
  });
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
  const { access, refresh, accessUntil, key } = value as Readonly<Partial<Record<string, unknown>>>;
  const areTexts = [access, refresh, key].every((text) => typeof text === 'string');
  return areTexts && typeof accessUntil === 'number';
}

function lifetimeMs(token: string): number {
  const { iat, exp } = claimsOf(token);
  return typeof iat === 'number' && typeof exp === 'number' ? (exp - iat) * 1000 : UNSAID_MS;
}

function personIn(kept: Kept | null): string | null {
  return kept === null ? null : String(claimsOf(kept.access)['user_id']);
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
