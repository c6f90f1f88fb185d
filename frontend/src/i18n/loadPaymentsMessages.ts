/** Side effect: adds the English messages of open payments. Whatever shows them imports this. */
import payments from '@/i18n/en/payments.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ payments });
