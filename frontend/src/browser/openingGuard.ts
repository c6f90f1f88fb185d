import { browserTimers, type Timers } from '@/domain/feed/backoff';

/** Long enough for the second half of a double tap, and to see what has opened. */
const GUARD_MS = 600;

/** Replaced by tests. */
export const openingGuard: { timers: Timers } = { timers: browserTimers };

interface GuardOptions {
  /** Whether to ignore the keyboard too, because nobody asked for what opened. */
  readonly keys: boolean;
}

/**
 * Ignore clicks and taps on an element for 600 ms, because they were meant for what was there
 * before. Style sheets see `data-guarded` meanwhile. Returns a function that ends it early.
 */
export function guardOpening(element: HTMLElement, { keys }: GuardOptions): () => void {
  const guarding = new AbortController();
  const options = { capture: true, signal: guarding.signal };
  function ignore(event: Event): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  element.addEventListener(
    'click',
    (click) => {
      // Clicks by keyboard or screen reader have no detail.
      if (keys || click.detail > 0) ignore(click);
    },
    options,
  );
  if (keys) {
    element.addEventListener('submit', ignore, options);
    element.addEventListener('cancel', ignore, options);
  }
  let cancelTimer = (): void => undefined;
  function end(): void {
    cancelTimer();
    guarding.abort();
    element.removeAttribute('data-guarded');
  }
  element.setAttribute('data-guarded', '');
  cancelTimer = openingGuard.timers.after(GUARD_MS, end);
  return end;
}
