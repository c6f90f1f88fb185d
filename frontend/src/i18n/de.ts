import account from '@/i18n/de/account.json';
import accountErrors from '@/i18n/de/accountErrors.json';
import app from '@/i18n/de/app.json';
import basket from '@/i18n/de/basket.json';
import choosing from '@/i18n/de/choosing.json';
import common from '@/i18n/de/common.json';
import errors from '@/i18n/de/errors.json';
import events from '@/i18n/de/events.json';
import finder from '@/i18n/de/finder.json';
import map from '@/i18n/de/map.json';
import payments from '@/i18n/de/payments.json';
import reservations from '@/i18n/de/reservations.json';
import seats from '@/i18n/de/seats.json';
import security from '@/i18n/de/security.json';
import shortcuts from '@/i18n/de/shortcuts.json';
import about from '@/i18n/de/about.json';
import type { BuyersCatalogue } from '@/i18n/catalogue';

/** German messages of the buyers' pages. */
export const de: BuyersCatalogue = {
  account,
  accountErrors,
  app,
  basket,
  choosing,
  common,
  errors,
  events,
  finder,
  map,
  payments,
  reservations,
  seats,
  security,
  shortcuts,
  about,
};
