import app from '@/lib/i18n/en/app.json';
import basket from '@/lib/i18n/en/basket.json';
import choosing from '@/lib/i18n/en/choosing.json';
import common from '@/lib/i18n/en/common.json';
import errors from '@/lib/i18n/en/errors.json';
import events from '@/lib/i18n/en/events.json';
import map from '@/lib/i18n/en/map.json';
import organise from '@/lib/i18n/en/organise.json';
import reservations from '@/lib/i18n/en/reservations.json';
import seats from '@/lib/i18n/en/seats.json';

/** The sentences that come with the code, by subject; those of the account's pages come with these. */
export const en = {
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
};
