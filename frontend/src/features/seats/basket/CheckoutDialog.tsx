import type { ReservedAnswer } from '@/api/types';
import { ConfirmedDialog } from '@/features/seats/basket/ConfirmedDialog';
import { ReviewDialog, type ReviewDialogProps } from '@/features/seats/basket/ReviewDialog';

interface CheckoutDialogProps extends ReviewDialogProps {
  /** Null until the order has succeeded. */
  readonly answer: ReservedAnswer | null;
}

/** Both steps of an order, loaded together: the second must not be missing after paying. */
export function CheckoutDialog({ answer, ...review }: CheckoutDialogProps) {
  return answer === null ? (
    <ReviewDialog {...review} />
  ) : (
    <ConfirmedDialog answer={answer} onClose={review.onClose} />
  );
}
