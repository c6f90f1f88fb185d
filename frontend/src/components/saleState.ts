import { dateHeaderClock } from '@/api/dateHeaderClock';
import type { EventSummary } from '@/api/types';
import { assertNever } from '@/domain/assertNever';
import type { Sales } from '@/domain/sales';
import { t } from '@/i18n/language';
import { formatDateTime, formatWait } from '@/i18n/time';

const FEW_SEATS = 0.15;

export interface SaleState {
  /** A word or two. */
  readonly tag: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  /** What a buyer can do; null where seats are simply on sale. */
  readonly note: string | null;
}

/** The state of an event's sale in words; `sales` is current, the event's own may be old. */
export function saleState(event: EventSummary, sales: Sales): SaleState {
  if (event.cancelled_at !== null) {
    return { tag: t('events:cancelled'), tone: 'bad', note: t('events:cancelled_note') };
  }
  if (event.visibility === 'draft') return { tag: t('events:draft'), tone: 'warn', note: null };
  if (event.seats_total === 0) {
    return { tag: t('noSeats'), tone: 'plain', note: t('events:noSeats_note') };
  }
  switch (sales) {
    case 'upcoming':
      return { tag: t('events:notOnSaleYet'), tone: 'plain', note: openingNote(event) };
    case 'closed':
      return { tag: t('events:salesClosed'), tone: 'plain', note: closingNote(event) };
    case 'open':
      if (event.seats_available === 0) {
        return { tag: t('events:soldOut'), tone: 'plain', note: t('events:soldOut_note') };
      }
      return event.seats_available < event.seats_total * FEW_SEATS
        ? { tag: t('events:fewLeft'), tone: 'warn', note: null }
        : { tag: t('events:onSale'), tone: 'good', note: null };
    default:
      return assertNever(sales);
  }
}

function openingNote({ sales_open_at: opensAt, time_zone: timeZone }: EventSummary): string | null {
  return opensAt === null
    ? null
    : t('events:opens', {
        when: formatDateTime(opensAt, timeZone),
        wait: formatWait(Date.parse(opensAt) - dateHeaderClock.now()),
      });
}

function closingNote({ sales_close_at: closesAt, time_zone: timeZone }: EventSummary) {
  return closesAt === null
    ? null
    : t('events:closed_note', { when: formatDateTime(closesAt, timeZone) });
}
