import type { Reservation } from '@/api/types';
import { ConfirmedDialog } from '@/features/seats/basket/ConfirmedDialog';
import { ReviewDialog, type ReviewDialogProps } from '@/features/seats/basket/ReviewDialog';

interface CheckoutDialogProps extends ReviewDialogProps {
  /** Null until the order has succeeded. */
  readonly reservation: Reservation | null;
}

/** Both steps of an order, loaded together: the second must not be missing after paying. */
export function CheckoutDialog({ reservation, ...review }: CheckoutDialogProps) {
  return reservation === null ? (
    <ReviewDialog {...review} />
  ) : (
    <ConfirmedDialog reservation={reservation} onClose={review.onClose} />
  );
}
