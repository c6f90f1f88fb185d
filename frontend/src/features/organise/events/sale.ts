import type { EventSettings } from '@/api/types';

export type SaleOfEvent = 'cancelled' | 'draft' | 'upcoming' | 'open' | 'closed';

/** What the sale is at `now`, by Unix milliseconds. */
export function saleOf(
  event: Pick<
    EventSettings,
    'cancelled_at' | 'visibility' | 'sales_open_at' | 'sales_close_at' | 'date'
  >,
  now: number,
): SaleOfEvent {
  if (event.cancelled_at !== null) return 'cancelled';
  if (event.visibility === 'draft') return 'draft';
  if (now >= Date.parse(event.sales_close_at ?? event.date)) return 'closed';
  return event.sales_open_at !== null && now < Date.parse(event.sales_open_at)
    ? 'upcoming'
    : 'open';
}
