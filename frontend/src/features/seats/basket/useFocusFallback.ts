import { type RefObject, useLayoutEffect } from 'react';

/** When an element with focus unmounts, move the focus to `fallback`. */
export function useFocusFallback(
  unmounting: RefObject<HTMLElement | null>,
  fallback: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(() => {
    const element = unmounting.current;
    // Read late: if both were mounted together, the parent's ref is not set yet.
    const focusFallback = () => {
      fallback.current?.focus();
    };
    return () => {
      if (element?.contains(document.activeElement) === true) focusFallback();
    };
  }, [unmounting, fallback]);
}
