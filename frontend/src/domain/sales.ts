import type { EventSummary } from '@/api/types';

export type Sales = EventSummary['sales'];

type SalesWindow = Pick<
  EventSummary,
  'sales' | 'sales_open_at' | 'sales_close_at' | 'visibility' | 'cancelled_at'
>;

/**
 * The sales status at `now`: the server's value, updated when the opening or closing time passes.
 * A draft or a cancelled event is never on sale.
 */
export function salesAt(event: SalesWindow, now: number): Sales {
  if (event.cancelled_at !== null) return 'closed';
  if (event.visibility === 'draft') return 'upcoming';
  if (event.sales_close_at !== null && now >= Date.parse(event.sales_close_at)) return 'closed';
  if (event.sales_open_at === null) return event.sales;
  return now >= Date.parse(event.sales_open_at) ? 'open' : 'upcoming';
}

/** When the result of `salesAt` changes next; null if never. */
export function nextSalesChange(event: SalesWindow, now: number): number | null {
  const times = [event.sales_open_at, event.sales_close_at]
    .flatMap((iso) => (iso === null ? [] : [Date.parse(iso)]))
    .filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}
