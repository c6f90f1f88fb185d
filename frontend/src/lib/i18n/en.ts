import account from '@/lib/i18n/en/account.json';
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
import security from '@/lib/i18n/en/security.json';

/** Every sentence of the client, by subject. */
export const en = {
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
