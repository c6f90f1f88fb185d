/** Side effect: adds the English messages of the search for seats together. Whatever shows them imports this. */
import finder from '@/i18n/en/finder.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ finder });
