import 'i18next';

import type { English } from '@/i18n/language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: English;
  }
}
