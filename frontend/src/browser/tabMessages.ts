/** What tabs of the same user send each other. */
export type TabMessage =
  /** The user's locks in an event changed. */
  | { readonly kind: 'locks'; readonly eventId: number }
  | { readonly kind: 'reservations' }
  /** The user signed in or out. */
  | { readonly kind: 'session' };

/** Messages from tabs with another build's version are ignored. */
const VERSION = 1;

export function encodeTabMessage(news: TabMessage): object {
  return { version: VERSION, ...news };
}

/** Null for anything but a message of this version. */
export function decodeTabMessage(message: unknown): TabMessage | null {
  if (typeof message !== 'object' || message === null) return null;
  const { version, kind, eventId } = message as Readonly<Partial<Record<string, unknown>>>;
  if (version !== VERSION) return null;
  if (kind === 'locks') return typeof eventId === 'number' ? { kind, eventId } : null;
  return kind === 'reservations' || kind === 'session' ? { kind } : null;
}

/** Messages to send after a write to this API path. */
export function messagesForWrite(path: string): TabMessage[] {
  const [, collection, id, command] = /^(\w+)\/(\w+)\/(?:.+\/)?(\w+)\/$/.exec(path) ?? [];
  if (collection === 'reservations') return [{ kind: 'reservations' }];
  if (collection !== 'events') return [];
  const locks: TabMessage = { kind: 'locks', eventId: Number(id) };
  return command === 'reserve' ? [locks, { kind: 'reservations' }] : [locks];
}
