import { type RefObject, useLayoutEffect } from 'react';

/** When an element goes that has the focus, another takes it; else it would be nowhere. */
export function useFocusFallback(
  going: RefObject<HTMLElement | null>,
  heir: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(() => {
    const element = going.current;
    const next = heir.current;
    return () => {
      if (element?.contains(document.activeElement) === true) next?.focus();
    };
  }, [going, heir]);
}
