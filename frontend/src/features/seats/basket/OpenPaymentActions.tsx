import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';

import { toApiError } from '@/api/apiError';
import { giveUpPayment } from '@/api/payments';
import type { BuyersPayment } from '@/api/types';
import { Button } from '@/components/Button';
import { t } from '@/i18n/language';
import { paymentPath } from '@/paths';
import { openPaymentsQuery } from '@/queries/payments';

/** What takes the place of reserving while a payment is open. */
export function OpenPaymentActions({ payment }: { readonly payment: BuyersPayment }) {
  const queryClient = useQueryClient();
  const abandon = useMutation({
    mutationFn: () => giveUpPayment(payment.reference),
    onSettled: () => queryClient.invalidateQueries({ queryKey: openPaymentsQuery.queryKey }),
  });
  return (
    <>
      {abandon.error === null ? (
        <p className="basket__payment">{t('basket:paymentOpen')}</p>
      ) : (
        <p className="basket__payment" role="alert">
          {toApiError(abandon.error).message}
        </p>
      )}
      <Button
        look="plain"
        className="basket__release"
        busy={abandon.isPending}
        onClick={() => {
          abandon.mutate();
        }}
      >
        {t('basket:abandonPayment')}
      </Button>
      <Link className="button button--primary basket__reserve" to={paymentPath(payment.reference)}>
        {t('basket:continuePayment')}
      </Link>
    </>
  );
}
