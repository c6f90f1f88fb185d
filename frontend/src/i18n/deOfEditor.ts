import editor from '@/i18n/de/editor.json';
import type { PartCatalogue } from '@/i18n/catalogue';

/** German messages of the seating plan editor. */
export const deOfEditor: PartCatalogue<'editor'> = { editor };
