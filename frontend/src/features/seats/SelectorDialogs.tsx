import { Suspense } from 'react';

import type { Scene } from '@/canvas/scene';
import type { ReservedAnswer } from '@/api/types';
import type { FreeCounts } from '@/domain/seatMap/numbering';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import type { StandingArea } from '@/domain/seatMap/standing';
import { CheckoutDialog } from '@/features/seats/basket/lazyCheckout';
import type { ReviewDialogProps } from '@/features/seats/basket/ReviewDialog';
import type { SeatFinder } from '@/features/seats/finder/useSeatFinder';
import { FindDialog, ShortcutsDialog, SignInPrompt } from '@/features/seats/lazyComponents';

export type OpenDialog =
  | { readonly name: 'shortcuts' | 'review' }
  | { readonly name: 'find'; readonly area: StandingArea | null }
  | { readonly name: 'signIn'; readonly seat: SeatFacts | null }
  | { readonly name: 'confirmed'; readonly answer: ReservedAnswer };

interface SelectorDialogsProps {
  /** Null while none is open. */
  readonly dialog: OpenDialog | null;
  readonly scene: Scene;
  /** All seats; the review has the user's. */
  readonly seats: readonly MapSeat[];
  readonly counts: FreeCounts | null;
  readonly find: SeatFinder;
  readonly review: ReviewDialogProps;
  readonly areShortcutsOn: boolean;
  readonly onTurnShortcuts: (areOn: boolean) => void;
  readonly onClose: () => void;
}

/** The dialog of the seat selector that is open. */
export function SelectorDialogs({
  dialog,
  scene,
  seats,
  counts,
  find,
  review,
  areShortcutsOn,
  onTurnShortcuts,
  onClose,
}: SelectorDialogsProps) {
  const { event } = review;
  return (
    <Suspense>
      {dialog?.name === 'find' && (
        <FindDialog
          event={event}
          scene={scene}
          area={dialog.area}
          seats={seats}
          counts={counts}
          remaining={event.seat_cap - review.seats.length}
          find={find}
          onClose={onClose}
        />
      )}
      {dialog?.name === 'shortcuts' && (
        <ShortcutsDialog areOn={areShortcutsOn} onTurn={onTurnShortcuts} onClose={onClose} />
      )}
      {(dialog?.name === 'review' || dialog?.name === 'confirmed') && (
        <CheckoutDialog answer={dialog.name === 'confirmed' ? dialog.answer : null} {...review} />
      )}
      {dialog?.name === 'signIn' && <SignInPrompt seat={dialog.seat} onClose={onClose} />}
    </Suspense>
  );
}
