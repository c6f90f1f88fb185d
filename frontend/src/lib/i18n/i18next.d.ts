import 'i18next';

import type { en } from '@/lib/i18n/en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}
