import i18next, { type FlatNamespace, type ParseKeys } from 'i18next';

/** Keys that `t` accepts: `namespace:key`, without plural suffixes. */
export type MessageKey = ParseKeys<['common', ...FlatNamespace[]]>;

/** Whether this message exists, for keys built from server values. */
export function isMessageKey(key: string): key is MessageKey {
  return i18next.exists(key);
}
