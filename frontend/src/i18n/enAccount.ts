import account from '@/i18n/en/account.json';
import security from '@/i18n/en/security.json';

/** Messages of the account pages, which other pages do not load. */
export const enAccount = { account, security };
