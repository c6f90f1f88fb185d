/** Side effect: adds the English messages of webhooks. Their tab imports this. */
import webhooks from '@/i18n/en/webhooks.json';
import { addEnglish } from '@/i18n/language';

addEnglish({ webhooks });
