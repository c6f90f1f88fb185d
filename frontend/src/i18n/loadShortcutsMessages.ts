/** Side effect: adds the English messages of the list of keyboard shortcuts. Whatever shows them imports this. */
import shortcuts from '@/i18n/en/shortcuts.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ shortcuts });
