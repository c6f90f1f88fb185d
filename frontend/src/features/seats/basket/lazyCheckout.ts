import { lazy, useEffect, useTransition } from 'react';

const load = () => import('@/features/seats/basket/CheckoutDialog');

export const CheckoutDialog = lazy(async () => ({ default: (await load()).CheckoutDialog }));

/**
 * Load the checkout as soon as it may be opened. Returns whether an opening still waits for it, and
 * a function that runs the opening.
 */
export function useCheckoutLoading(mayBeOpened: boolean): ReturnType<typeof useTransition> {
  useEffect(() => {
    // After a failure, opening it loads it again.
    if (mayBeOpened) load().catch(() => undefined);
  }, [mayBeOpened]);
  return useTransition();
}
