import app from '@/i18n/en/app.json';
import basket from '@/i18n/en/basket.json';
import choosing from '@/i18n/en/choosing.json';
import common from '@/i18n/en/common.json';
import errors from '@/i18n/en/errors.json';
import map from '@/i18n/en/map.json';
import seats from '@/i18n/en/seats.json';

/** English messages of the first page, by namespace. The others are loaded when they are needed. */
export const en = {
  app,
  basket,
  choosing,
  common,
  errors,
  map,
  seats,
};
