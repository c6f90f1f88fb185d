import { type RefObject, useLayoutEffect } from 'react';

/** When an element with focus unmounts, move the focus to `fallback`. */
export function useFocusFallback(
  unmounting: RefObject<HTMLElement | null>,
  fallback: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(() => {
    const element = unmounting.current;
    const next = fallback.current;
    return () => {
      if (element?.contains(document.activeElement) === true) next?.focus();
    };
  }, [unmounting, fallback]);
}
