import { lazy, useEffect, useTransition } from 'react';

import { withMessages } from '@/i18n/language';

const load = withMessages(
  ['checkout', 'payments', 'reservations'],
  () => import('@/features/seats/basket/CheckoutDialog'),
);

export const CheckoutDialog = lazy(async () => ({ default: (await load()).CheckoutDialog }));

/**
 * Load the checkout once a seat is held. Returns whether an opening still waits for it, and a
 * function that runs the opening.
 */
export function useCheckoutLoading(holdsSeats: boolean): ReturnType<typeof useTransition> {
  useEffect(() => {
    // This may reload the page for a new build, so not while a seat is being locked.
    if (holdsSeats) load().catch(() => undefined);
  }, [holdsSeats]);
  return useTransition();
}
