import type { EventChoice } from '@/api/events';
import type { EventSummary } from '@/api/types';

/** What the visitor looks for; empty strings are unset. */
export interface EventFilter {
  readonly search: string;
  /** ISO days, both included, on the event's own calendar. */
  readonly from: string;
  readonly until: string;
}

/** Limits of the API. */
export const MAX_SEARCH_LENGTH = 100;
const MAX_SEARCH_WORDS = 8;
const DAY_MS = 24 * 3_600_000;

/** Read a filter from the page's address. */
export function filterOf(params: URLSearchParams): EventFilter {
  return {
    search: (params.get('search') ?? '').slice(0, MAX_SEARCH_LENGTH),
    from: dayOf(params.get('from')),
    until: dayOf(params.get('until')),
  };
}

/** Write a filter for the page's address. */
export function paramsOf(filter: EventFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}

/**
 * What to ask the server for. Its limits are moments, so the days are widened to begin and end
 * wherever on earth; `isOnDays` is exact. Without a first day, events that are over are left out.
 */
export function choiceOf({ search, from, until }: EventFilter): EventChoice {
  const words = [...new Set(search.split(/\s+/))].filter((word) => word !== '');
  return {
    ...(from === '' && { upcoming: 'true' }),
    ...(words.length > 0 && { search: words.slice(0, MAX_SEARCH_WORDS).join(' ') }),
    ...(from !== '' && { starts_from: isoOf(Date.parse(`${from}T00:00+14:00`)) }),
    ...(until !== '' && { starts_before: isoOf(Date.parse(`${until}T00:00-12:00`) + DAY_MS) }),
  };
}

/** Whether an event begins on one of the days, by its own calendar. */
export function isOnDays(event: EventSummary, { from, until }: EventFilter): boolean {
  if (from === '' && until === '') return true;
  const day = localDay(event);
  return (from === '' || day >= from) && (until === '' || day <= until);
}

function localDay({ date, time_zone: timeZone }: EventSummary): string {
  try {
    // The Swedish format of a day is ISO's.
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(
      new Date(date),
    );
  } catch {
    // A time zone that this browser does not know.
    return date.slice(0, 10);
  }
}

/** Browsers write years with more digits while they are typed. */
function dayOf(text: string | null): string {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
    ? text
    : '';
}

function isoOf(moment: number): string {
  return new Date(moment).toISOString();
}
