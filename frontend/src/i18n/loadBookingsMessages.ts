/** Side effect: adds the English messages of the bookings page. */
import bookings from '@/i18n/en/bookings.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ bookings });
