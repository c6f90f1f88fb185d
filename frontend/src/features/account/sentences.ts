/** Imported for its effect by every page of the account. */
import { addEnglish } from '@/lib/i18n/language';
import { enAccount } from '@/lib/i18n/enAccount';

addEnglish(enAccount);
