/** Side effect: adds the English messages of the history page. */
import history from '@/i18n/en/history.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ history });
