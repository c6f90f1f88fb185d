/** Side effect: adds the English messages of reservations and tickets. Whatever shows them imports this. */
import reservations from '@/i18n/en/reservations.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ reservations });
