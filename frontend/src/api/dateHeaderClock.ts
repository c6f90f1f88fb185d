import { createServerClock } from '@/domain/serverClock';

/** The server's time as the `Date` header of each answer tells it: to the second, and on every page. */
export const dateHeaderClock = createServerClock();

/** Learn from an answer's headers, where the browser lets us read them. */
export function observeDateHeader(headers: Readonly<Record<string, unknown>>): void {
  const time = Date.parse(String(headers['date']));
  if (Number.isFinite(time)) dateHeaderClock.observe(time);
}
