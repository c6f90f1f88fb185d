import boxOffice from '@/i18n/de/boxOffice.json';
import door from '@/i18n/de/door.json';
import bookings from '@/i18n/de/bookings.json';
import history from '@/i18n/de/history.json';
import organisations from '@/i18n/de/organisations.json';
import organise from '@/i18n/de/organise.json';
import organiserErrors from '@/i18n/de/organiserErrors.json';
import organiserEvents from '@/i18n/de/organiserEvents.json';
import plans from '@/i18n/de/plans.json';
import webhooks from '@/i18n/de/webhooks.json';
import type { PartCatalogue } from '@/i18n/catalogue';

/** German messages of the organisers' pages. */
export const deOfOrganisers: PartCatalogue<'organisers'> = {
  boxOffice,
  door,
  bookings,
  history,
  organisations,
  organise,
  organiserErrors,
  organiserEvents,
  plans,
  webhooks,
};
