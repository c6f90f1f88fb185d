import 'i18next';

import type { en } from '@/i18n/en';
import type about from '@/i18n/en/about.json';
import type account from '@/i18n/en/account.json';
import type accountErrors from '@/i18n/en/accountErrors.json';
import type bookings from '@/i18n/en/bookings.json';
import type boxOffice from '@/i18n/en/boxOffice.json';
import type checkout from '@/i18n/en/checkout.json';
import type door from '@/i18n/en/door.json';
import type editor from '@/i18n/en/editor.json';
import type events from '@/i18n/en/events.json';
import type filter from '@/i18n/en/filter.json';
import type finder from '@/i18n/en/finder.json';
import type history from '@/i18n/en/history.json';
import type list from '@/i18n/en/list.json';
import type organisations from '@/i18n/en/organisations.json';
import type organise from '@/i18n/en/organise.json';
import type organiserErrors from '@/i18n/en/organiserErrors.json';
import type organiserEvents from '@/i18n/en/organiserEvents.json';
import type payments from '@/i18n/en/payments.json';
import type plans from '@/i18n/en/plans.json';
import type promoCode from '@/i18n/en/promoCode.json';
import type reservations from '@/i18n/en/reservations.json';
import type security from '@/i18n/en/security.json';
import type shortcuts from '@/i18n/en/shortcuts.json';
import type webhooks from '@/i18n/en/webhooks.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    /** Every namespace, so that keys are checked. */
    resources: typeof en & {
      about: typeof about;
      account: typeof account;
      accountErrors: typeof accountErrors;
      bookings: typeof bookings;
      boxOffice: typeof boxOffice;
      checkout: typeof checkout;
      door: typeof door;
      editor: typeof editor;
      events: typeof events;
      filter: typeof filter;
      finder: typeof finder;
      history: typeof history;
      list: typeof list;
      organisations: typeof organisations;
      organise: typeof organise;
      organiserErrors: typeof organiserErrors;
      organiserEvents: typeof organiserEvents;
      payments: typeof payments;
      plans: typeof plans;
      promoCode: typeof promoCode;
      reservations: typeof reservations;
      security: typeof security;
      shortcuts: typeof shortcuts;
      webhooks: typeof webhooks;
    };
  }
}
