/** Side effect: adds the messages of the account pages. Each of them imports this. */
import { enAccount } from '@/i18n/enAccount';
import { addEnglish } from '@/i18n/language';

addEnglish(enAccount);
