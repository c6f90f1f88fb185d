/** Side effect: adds the English messages of the pages that manage events. */
import organiserEvents from '@/i18n/en/organiserEvents.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ organiserEvents });
