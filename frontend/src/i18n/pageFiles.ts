/** Messages of all but the first page. Apart, since their names alone take 600 bytes. */
export const pageFiles = import.meta.glob([
  './*/*.json',
  '!./*/{app,basket,choosing,common,errors,map,seats}.json',
]);
