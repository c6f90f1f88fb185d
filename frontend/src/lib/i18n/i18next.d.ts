import 'i18next';

import type { English } from '@/lib/i18n/language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: English;
  }
}
