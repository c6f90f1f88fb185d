import type { AllocatedSeats, Reservation } from '@/api/types';

/** What the panel shows: a choice of what to do, the form for it, or what came of it. */
export type Step =
  | { readonly name: 'choose' | 'release' }
  /** `from`: the allocation that some of the seats were kept for when it began. */
  | { readonly name: 'sell' | 'give' | 'keep'; readonly from: AllocatedSeats | null }
  /** `isBuyerMailed`: null without an address. */
  | {
      readonly name: 'sold';
      readonly reservation: Reservation;
      readonly isBuyerMailed: boolean | null;
    }
  | { readonly name: 'done'; readonly text: string; readonly seatIds: readonly number[] };
