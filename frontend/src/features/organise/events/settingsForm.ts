import type { EventFields, EventSettings } from '@/api/types';
import { toLocalInput } from '@/features/organise/events/localTime';
import { enteredAmount } from '@/i18n/money';

/** The form's fields by the API's names; what is empty is the site's setting, or none. */
export interface SettingsValues {
  name: string;
  description: string;
  venue: string;
  address: string;
  date: string;
  ends_at: string;
  time_zone: string;
  price: string;
  currency: string;
  ticket_fee: string;
  booking_fee: string;
  tax_percent: string;
  sales_open_at: string;
  sales_close_at: string;
  cancel_until: string;
  companions_held_until: string;
  orphan_rule: EventSettings['orphan_rule'];
  /** In minutes. */
  lock_seconds: string;
  max_extensions: string;
  seat_cap: string;
  purchase_cap: string;
  offline: 'usual' | 'own';
  offline_methods: string[];
  /** In hours. */
  payment_seconds: string;
  requires_verified_email: boolean;
  visibility: EventSettings['visibility'];
}

export type SettingsName = keyof SettingsValues;

const MINUTE = 60;
const HOUR = 3600;
const TIMES = [
  'date',
  'ends_at',
  'sales_open_at',
  'sales_close_at',
  'cancel_until',
  'companions_held_until',
] as const;

export function valuesOf(event: EventSettings): SettingsValues {
  const local = (iso: string | null) => toLocalInput(iso, event.time_zone);
  return {
    name: event.name,
    description: event.description,
    venue: event.venue,
    address: event.address,
    date: local(event.date),
    ends_at: local(event.ends_at),
    time_zone: event.time_zone,
    price: enteredAmount(event.price, event.currency),
    currency: event.currency,
    ticket_fee: enteredAmount(event.ticket_fee, event.currency),
    booking_fee: enteredAmount(event.booking_fee, event.currency),
    tax_percent: event.tax_percent ?? '',
    sales_open_at: local(event.sales_open_at),
    sales_close_at: local(event.sales_close_at),
    cancel_until: local(event.cancel_until),
    companions_held_until: local(event.companions_held_until),
    orphan_rule: event.orphan_rule,
    lock_seconds: inUnits(event.lock_seconds, MINUTE),
    max_extensions: inUnits(event.max_extensions, 1),
    seat_cap: inUnits(event.seat_cap, 1),
    purchase_cap: inUnits(event.purchase_cap, 1),
    offline: event.offline_methods === null ? 'usual' : 'own',
    offline_methods: [...(event.offline_methods ?? [])],
    payment_seconds: inUnits(event.payment_seconds, HOUR),
    requires_verified_email: event.requires_verified_email,
    visibility: event.visibility,
  };
}

/**
 * What to send: only the changed fields, so that nothing else is overwritten. Another time zone
 * means the same times there, so then all times are sent.
 */
export function changesOf(
  values: SettingsValues,
  changed: Readonly<Partial<Record<SettingsName, unknown>>>,
): EventFields {
  const isChanged = (name: SettingsName) => changed[name] !== undefined && changed[name] !== false;
  const all = fieldsOf(values);
  const names = new Set<string>(
    (Object.keys(changed) as SettingsName[])
      .filter(isChanged)
      .map((name) => (name === 'offline' ? 'offline_methods' : name)),
  );
  if (names.has('time_zone')) for (const name of TIMES) names.add(name);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

function fieldsOf(values: SettingsValues): EventFields {
  return {
    name: values.name,
    description: values.description,
    venue: values.venue,
    address: values.address,
    date: values.date,
    ends_at: values.ends_at || null,
    time_zone: values.time_zone,
    price: amount(values.price),
    currency: values.currency.toUpperCase(),
    ticket_fee: amount(values.ticket_fee) || '0',
    booking_fee: amount(values.booking_fee) || '0',
    tax_percent: amount(values.tax_percent) || null,
    sales_open_at: values.sales_open_at || null,
    sales_close_at: values.sales_close_at || null,
    cancel_until: values.cancel_until || null,
    companions_held_until: values.companions_held_until || null,
    orphan_rule: values.orphan_rule,
    lock_seconds: inSeconds(values.lock_seconds, MINUTE),
    max_extensions: inSeconds(values.max_extensions, 1),
    seat_cap: inSeconds(values.seat_cap, 1),
    purchase_cap: inSeconds(values.purchase_cap, 1),
    offline_methods: values.offline === 'usual' ? null : values.offline_methods,
    payment_seconds: inSeconds(values.payment_seconds, HOUR),
    requires_verified_email: values.requires_verified_email,
    ...(values.visibility !== 'draft' && { visibility: values.visibility }),
  };
}

/** People also write decimals with a comma. */
export function amount(text: string): string {
  return text.trim().replace(',', '.');
}

function inUnits(value: number | null, unit: number): string {
  return value === null ? '' : String(Math.round((value / unit) * 100) / 100);
}

function inSeconds(text: string, unit: number): number | null {
  const value = Number(amount(text));
  return text.trim() === '' || Number.isNaN(value) ? null : Math.round(value * unit);
}

/** "12.50 (Stalls), 7.50 (Child)", of an error's details. */
export function namedPrices(prices: unknown): string {
  if (!Array.isArray(prices)) return '';
  return (prices as readonly { name: string; price: string }[])
    .map(({ name, price }) => `${price} (${name})`)
    .join(', ');
}
