import { type RefObject, useLayoutEffect } from 'react';

import { guardOpening } from '@/browser/openingGuard';

interface OpeningGuardOptions {
  /** Whether it opens without the user asking for it. */
  readonly opensByItself: boolean;
  /** The guard starts again when this changes, since other buttons may be in the same place. */
  readonly content?: string;
}

/** Ignore input on an element shortly after it appeared; see `guardOpening`. */
export function useOpeningGuard(
  ref: RefObject<HTMLElement | null>,
  { opensByItself, content = '' }: OpeningGuardOptions,
): void {
  useLayoutEffect(() => {
    const element = ref.current;
    return element === null ? undefined : guardOpening(element, { keys: opensByItself });
  }, [ref, opensByItself, content]);
}
