/** Side effect: adds the English messages of the box office. */
import boxOffice from '@/i18n/en/boxOffice.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ boxOffice });
