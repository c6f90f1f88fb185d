import account from '@/i18n/en/account.json';
import security from '@/i18n/en/security.json';

/** The sentences of the account's pages, which nobody else needs to load. */
export const enAccount = { account, security };
