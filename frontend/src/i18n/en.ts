import app from '@/i18n/en/app.json';
import basket from '@/i18n/en/basket.json';
import choosing from '@/i18n/en/choosing.json';
import common from '@/i18n/en/common.json';
import errors from '@/i18n/en/errors.json';
import events from '@/i18n/en/events.json';
import map from '@/i18n/en/map.json';
import organise from '@/i18n/en/organise.json';
import reservations from '@/i18n/en/reservations.json';
import seats from '@/i18n/en/seats.json';

/** English messages by namespace. Those of the account pages are loaded with the pages. */
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
