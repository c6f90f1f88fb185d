/**
 * `crypto.randomUUID` exists only in secure contexts, and a box office on a LAN may use plain HTTP.
 */
export function newIdempotencyKey(source: Crypto = crypto): string {
  if ('randomUUID' in source) return source.randomUUID();
  const bytes = (source as Crypto).getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface ReusableKey {
  /** Return the key for `intent`; the same one until the intent changes or is settled. */
  keyFor(intent: string): string;
  /** The server answered: the next request gets a new key. */
  settled(): void;
}

/**
 * Create a holder for the idempotency key of one user intent. A request whose response was lost may
 * have succeeded, so its retries reuse the key.
 */
export function createReusableKey(newKey: () => string = newIdempotencyKey): ReusableKey {
  let open: { readonly intent: string; readonly key: string } | null = null;
  return {
    keyFor(intent) {
      if (open?.intent !== intent) open = { intent, key: newKey() };
      return open.key;
    },
    settled() {
      open = null;
    },
  };
}
