/** Side effect: adds the English messages of events and their sales. Whatever shows them imports this. */
import events from '@/i18n/en/events.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ events });
