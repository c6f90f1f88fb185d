/** Side effect: adds the English messages of seating plans. Each of their pages imports this. */
import plans from '@/i18n/en/plans.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ plans });
