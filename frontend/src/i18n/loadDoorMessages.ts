/** Side effect: adds the English messages of the doors' pages. */
import door from '@/i18n/en/door.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ door });
