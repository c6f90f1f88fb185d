import type { en } from '@/i18n/en';
import type { enOfPages } from '@/i18n/enOfPages';

export type English = typeof en & typeof enOfPages;
type WithSameKeys<Sentences> = { readonly [Key in keyof Sentences]: string };
/** A translation has exactly the English keys. */
export type Catalogue = {
  readonly [Subject in keyof English]: WithSameKeys<English[Subject]>;
};

/** The messages of pages that buyers do not open, which are translated apart from the others. */
export interface Parts {
  organisers:
    | 'boxOffice'
    | 'door'
    | 'bookings'
    | 'history'
    | 'organisations'
    | 'organise'
    | 'organiserErrors'
    | 'organiserEvents'
    | 'plans'
    | 'webhooks';
  editor: 'editor';
}
export type PartCatalogue<Part extends keyof Parts> = Pick<Catalogue, Parts[Part]>;
export type BuyersCatalogue = Omit<Catalogue, Parts[keyof Parts]>;
