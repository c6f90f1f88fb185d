/** Side effect: adds the English messages of errors that only organisers get. */
import organiserErrors from '@/i18n/en/organiserErrors.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ organiserErrors });
