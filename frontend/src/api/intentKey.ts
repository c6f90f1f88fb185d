import { newIdempotencyKey } from '@/api/idempotencyKey';

export interface IntentKey {
  /** The key for `intent`: the same as before while it is the same and nobody has answered it. */
  keyFor(intent: string): string;
  /** The server has said what became of it: whatever is asked next is new. */
  answered(): void;
}

/**
 * The idempotency key of what a person is after, made once however often it has to be asked for. A
 * request whose answer was lost may have done its work, so it is repeated under its own key.
 */
export function createIntentKey(newKey: () => string = newIdempotencyKey): IntentKey {
  let open: { readonly intent: string; readonly key: string } | null = null;
  return {
    keyFor(intent) {
      if (open?.intent !== intent) open = { intent, key: newKey() };
      return open.key;
    },
    answered() {
      open = null;
    },
  };
}
