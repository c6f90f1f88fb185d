import { createServerClock } from '@/domain/serverClock';

/** The server's time from the `Date` header of API responses, in whole seconds. */
export const dateHeaderClock = createServerClock();

/** Update the clock from response headers; cross-origin, the browser may hide them. */
export function observeDateHeader(headers: Headers): void {
  const time = Date.parse(headers.get('Date') ?? '');
  if (Number.isFinite(time)) dateHeaderClock.observe(time);
}
