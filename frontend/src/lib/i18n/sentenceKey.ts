import type { FlatNamespace, ParseKeys } from 'i18next';

/** What `t` takes: `subject:key`, without the ending that a plural has. */
export type SentenceKey = ParseKeys<['common', ...FlatNamespace[]]>;
