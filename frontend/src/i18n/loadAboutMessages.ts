/** Side effect: adds the English messages about an event. Whatever shows them imports this. */
import about from '@/i18n/en/about.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ about });
