import type { PricedCategories, TicketType, TicketTypeEdit } from '@/api/types';
import { amount } from '@/features/organise/events/settingsForm';
import { enteredAmount } from '@/i18n/money';

/** A ticket type as it is entered. */
export interface TypeRow {
  /** Null for a new one. */
  typeId: number | null;
  name: string;
  /** By the key of the column; empty where it is not sold. */
  prices: Record<string, string>;
}

export interface TypeValues {
  types: TypeRow[];
}

/** A category, or null for the seats without one. */
export interface PriceColumn {
  readonly key: string;
  readonly category: PricedCategories['categories'][number] | null;
}

/** The categories, and the seats without one if there are any, or if nothing else is there. */
export function columnsOf(
  { categories, seats_without: seatsWithout }: PricedCategories,
  types: readonly TicketType[],
): PriceColumn[] {
  const hasPrice = types.some(({ prices }) => prices.some(({ category }) => category === null));
  const hasOther = seatsWithout > 0 || categories.length === 0 || hasPrice;
  return [
    ...categories.map((category) => ({ key: keyOf(category.id), category })),
    ...(hasOther ? [{ key: keyOf(null), category: null }] : []),
  ];
}

export function rowsOf(
  types: readonly TicketType[],
  columns: readonly PriceColumn[],
  currency: string,
): TypeRow[] {
  return types.map(({ id, name, prices }) => {
    const known = new Map(
      prices.map(({ category, price }) => [keyOf(category), enteredAmount(price, currency)]),
    );
    return {
      typeId: id,
      name,
      prices: Object.fromEntries(columns.map(({ key }) => [key, known.get(key) ?? ''])),
    };
  });
}

/** What to send; cells without a price are left out. */
export function editsOf(
  rows: readonly TypeRow[],
  columns: readonly PriceColumn[],
): TicketTypeEdit[] {
  return rows.map((row) => ({
    ...(row.typeId !== null && { id: row.typeId }),
    name: row.name,
    prices: pricedColumns(row, columns).map(({ key, category }) => ({
      category: category?.id ?? null,
      price: storedAmount(row.prices[key] ?? ''),
    })),
  }));
}

type FieldPath = `types.${number}.name` | `types.${number}.prices.${string}`;

/** The field of an error at a place in the body, such as `ticket_types.0.prices.1.price`. */
export function fieldAt(
  place: string,
  rows: readonly TypeRow[],
  columns: readonly PriceColumn[],
): FieldPath | null {
  const [list, row = '', part, price = ''] = place.split('.');
  const found = rows[Number(row)];
  if (list !== 'ticket_types' || row === '' || found === undefined) return null;
  const column = price === '' ? undefined : pricedColumns(found, columns)[Number(price)];
  return part === 'prices' && column !== undefined
    ? `types.${Number(row)}.prices.${column.key}`
    : `types.${Number(row)}.name`;
}

/** The rows as others saved them, with what was changed here since `base`. */
export function mergedRows(
  base: readonly TypeRow[],
  mine: readonly TypeRow[],
  theirs: readonly TypeRow[],
): TypeRow[] {
  const before = new Map(base.map((row) => [row.typeId, row]));
  const now = new Map(theirs.map((row) => [row.typeId, row]));
  const own = mine.flatMap((row): TypeRow[] => {
    const old = row.typeId === null ? undefined : before.get(row.typeId);
    const their = now.get(row.typeId);
    if (old === undefined) return [row];
    if (their !== undefined) return [mergedRow(old, row, their)];
    // They removed it: it stays only if it was changed here.
    return isSame(old, row) ? [] : [{ ...row, typeId: null }];
  });
  const all = [...own, ...theirs.filter(({ typeId }) => !before.has(typeId))];
  if (isReordered(base, mine)) return all;
  const places = new Map(theirs.map(({ typeId }, place) => [typeId, place]));
  const placeOf = ({ typeId }: TypeRow) => places.get(typeId) ?? theirs.length;
  return all.sort((one, other) => placeOf(one) - placeOf(other));
}

function mergedRow(old: TypeRow, mine: TypeRow, their: TypeRow): TypeRow {
  const prices = Object.entries(their.prices).map(([key, price]) => {
    const own = mine.prices[key] ?? '';
    return [key, own === (old.prices[key] ?? '') ? price : own] as const;
  });
  return {
    typeId: their.typeId,
    name: mine.name === old.name ? their.name : mine.name,
    prices: Object.fromEntries(prices),
  };
}

function isSame(one: TypeRow, other: TypeRow): boolean {
  const isPriced = ([key, price]: [string, string]) => price === (other.prices[key] ?? '');
  return one.name === other.name && Object.entries(one.prices).every(isPriced);
}

function isReordered(base: readonly TypeRow[], mine: readonly TypeRow[]): boolean {
  const kept = new Set(mine.map(({ typeId }) => typeId));
  const before = base.filter(({ typeId }) => kept.has(typeId));
  const known = new Set(before.map(({ typeId }) => typeId));
  const after = mine.filter(({ typeId }) => known.has(typeId));
  return before.some(({ typeId }, place) => after[place]?.typeId !== typeId);
}

function pricedColumns(row: TypeRow, columns: readonly PriceColumn[]): PriceColumn[] {
  return columns.filter(({ key }) => (row.prices[key] ?? '').trim() !== '');
}

/** The server takes two decimals, also where the currency has three. */
function storedAmount(text: string): string {
  return amount(text).replace(/(\.\d\d)0+$/, '$1');
}

function keyOf(category: number | null): string {
  return category === null ? 'without' : `category_${category}`;
}
