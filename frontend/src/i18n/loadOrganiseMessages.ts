/** Side effect: adds the English messages of the organisers' pages. Each of them imports this. */
import organisations from '@/i18n/en/organisations.json';
import organise from '@/i18n/en/organise.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ organisations, organise });
