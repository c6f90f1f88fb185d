/** Side effect: adds the English messages of the seating plan editor, which imports this. */
import editor from '@/i18n/en/editor.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ editor });
