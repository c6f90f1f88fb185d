/** What one tab tells the others of the same person. */
export type TabMessage =
  /** The person's own locks of an event have changed. */
  | { readonly kind: 'locks'; readonly eventId: number }
  | { readonly kind: 'reservations' }
  /** Somebody has signed in or out. */
  | { readonly kind: 'session' };

/** Tabs of an older or newer build may be open beside this one: they are not listened to. */
const VERSION = 1;

export function encodeTabMessage(news: TabMessage): object {
  return { version: VERSION, ...news };
}

/** Null for whatever is not news of this version. */
export function decodeTabMessage(message: unknown): TabMessage | null {
  if (typeof message !== 'object' || message === null) return null;
  const { version, kind, eventId } = message as Readonly<Partial<Record<string, unknown>>>;
  if (version !== VERSION) return null;
  if (kind === 'locks') return typeof eventId === 'number' ? { kind, eventId } : null;
  return kind === 'reservations' || kind === 'session' ? { kind } : null;
}

/** What a write to the API is news of, by its path. */
export function messagesForWrite(path: string): TabMessage[] {
  const [, collection, id, command] = /^(\w+)\/(\w+)\/(?:.+\/)?(\w+)\/$/.exec(path) ?? [];
  if (collection === 'reservations') return [{ kind: 'reservations' }];
  if (collection !== 'events') return [];
  const locks: TabMessage = { kind: 'locks', eventId: Number(id) };
  return command === 'reserve' ? [locks, { kind: 'reservations' }] : [locks];
}
