import { useQuery } from '@tanstack/react-query';

import type { BuyersPayment } from '@/api/types';
import { openPaymentsQuery } from '@/queries/payments';

/** The payment of an event that the buyer has left open; while there is one they start no other. */
export function useOpenPayment(eventId: number, holdsSeats: boolean): BuyersPayment | null {
  const { data = [] } = useQuery({ ...openPaymentsQuery, enabled: holdsSeats });
  return (holdsSeats ? data.find(({ event }) => event === eventId) : undefined) ?? null;
}
