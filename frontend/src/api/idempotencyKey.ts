/** `crypto.randomUUID` exists only in secure contexts, and a box office on a LAN is plain HTTP. */
export function newIdempotencyKey(source: Crypto = crypto): string {
  if ('randomUUID' in source) return source.randomUUID();
  const bytes = (source as Crypto).getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface ReusableKey {
  /** The key for `intent`: the same as before while it is the same and nobody has answered it. */
  keyFor(intent: string): string;
  /** The server has said what became of it: whatever is asked next is new. */
  settled(): void;
}

/**
 * The idempotency key of what a person is after, made once however often it has to be asked for. A
 * request whose answer was lost may have done its work, so it is repeated under its own key.
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
