import { queryOptions } from '@tanstack/react-query';

import { fetchPayments, refreshPayment } from '@/api/payments';

const ASK_AGAIN_MS = 2_000;

export const openPaymentsQuery = queryOptions({
  queryKey: ['payments'],
  queryFn: ({ signal }) => fetchPayments(signal),
  staleTime: 0,
});

/** One payment, which the provider is asked about until it is decided. */
export const paymentQuery = (reference: string) =>
  queryOptions({
    queryKey: ['payments', reference],
    queryFn: () => refreshPayment(reference),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.payment.state === 'open' ? ASK_AGAIN_MS : false),
  });
