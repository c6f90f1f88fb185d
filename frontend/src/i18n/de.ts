import account from '@/i18n/de/account.json';
import app from '@/i18n/de/app.json';
import basket from '@/i18n/de/basket.json';
import choosing from '@/i18n/de/choosing.json';
import common from '@/i18n/de/common.json';
import editor from '@/i18n/de/editor.json';
import errors from '@/i18n/de/errors.json';
import events from '@/i18n/de/events.json';
import map from '@/i18n/de/map.json';
import organisations from '@/i18n/de/organisations.json';
import organise from '@/i18n/de/organise.json';
import plans from '@/i18n/de/plans.json';
import organiserEvents from '@/i18n/de/organiserEvents.json';
import reservations from '@/i18n/de/reservations.json';
import seats from '@/i18n/de/seats.json';
import security from '@/i18n/de/security.json';
import type { Catalogue } from '@/i18n/language';

export const de: Catalogue = {
  account,
  app,
  basket,
  choosing,
  common,
  editor,
  errors,
  events,
  map,
  organisations,
  organise,
  plans,
  organiserEvents,
  reservations,
  seats,
  security,
};
