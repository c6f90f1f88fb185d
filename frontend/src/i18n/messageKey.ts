import i18next, { type FlatNamespace, type ParseKeys } from 'i18next';

/** What `t` takes: `subject:key`, without the ending that a plural has. */
export type MessageKey = ParseKeys<['common', ...FlatNamespace[]]>;

/** Whether there is such a sentence, for keys that are made of what the server said. */
export function isMessageKey(key: string): key is MessageKey {
  return i18next.exists(key);
}
