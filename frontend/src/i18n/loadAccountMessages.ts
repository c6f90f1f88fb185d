/** Side effect: adds the English messages of the account pages. Each of them imports this. */
import account from '@/i18n/en/account.json';
import accountErrors from '@/i18n/en/accountErrors.json';
import security from '@/i18n/en/security.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ account, accountErrors, security });
