/** Imported for its effect by every page of the account. */
import { enAccount } from '@/i18n/enAccount';
import { addEnglish } from '@/i18n/language';

addEnglish(enAccount);
