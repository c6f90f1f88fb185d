import about from '@/i18n/en/about.json';
import account from '@/i18n/en/account.json';
import accountErrors from '@/i18n/en/accountErrors.json';
import boxOffice from '@/i18n/en/boxOffice.json';
import door from '@/i18n/en/door.json';
import bookings from '@/i18n/en/bookings.json';
import editor from '@/i18n/en/editor.json';
import events from '@/i18n/en/events.json';
import finder from '@/i18n/en/finder.json';
import history from '@/i18n/en/history.json';
import organisations from '@/i18n/en/organisations.json';
import organiserErrors from '@/i18n/en/organiserErrors.json';
import organiserEvents from '@/i18n/en/organiserEvents.json';
import organise from '@/i18n/en/organise.json';
import payments from '@/i18n/en/payments.json';
import plans from '@/i18n/en/plans.json';
import reservations from '@/i18n/en/reservations.json';
import security from '@/i18n/en/security.json';
import shortcuts from '@/i18n/en/shortcuts.json';
import webhooks from '@/i18n/en/webhooks.json';

/** English messages that come with some pages, by `load…Messages.ts`. For types and tests only. */
export const enOfPages = {
  about,
  account,
  accountErrors,
  boxOffice,
  door,
  bookings,
  editor,
  events,
  finder,
  history,
  organisations,
  organise,
  organiserErrors,
  organiserEvents,
  payments,
  plans,
  reservations,
  security,
  shortcuts,
  webhooks,
};
