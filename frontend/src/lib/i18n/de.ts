import type { Catalogue } from '@/lib/i18n/language';
import account from '@/lib/i18n/de/account.json';
import app from '@/lib/i18n/de/app.json';
import basket from '@/lib/i18n/de/basket.json';
import choosing from '@/lib/i18n/de/choosing.json';
import common from '@/lib/i18n/de/common.json';
import errors from '@/lib/i18n/de/errors.json';
import events from '@/lib/i18n/de/events.json';
import map from '@/lib/i18n/de/map.json';
import organise from '@/lib/i18n/de/organise.json';
import reservations from '@/lib/i18n/de/reservations.json';
import seats from '@/lib/i18n/de/seats.json';
import security from '@/lib/i18n/de/security.json';

/** The same sentences in German. */
export const de: Catalogue = {
  account,
  app,
  basket,
  choosing,
  common,
  errors,
  events,
  map,
  organise,
  reservations,
  seats,
  security,
};
