import type { Move, OrphanWarning } from '@/domain/seatMap/orphans';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Choice } from '@/features/seats/offer/offer';
import { listOf, t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';

/** One way out: seats to take, and those that they are taken instead of. */
export interface WayOut extends Choice {
  readonly insteadOf: readonly SeatFacts[];
}

/** Null where nothing can be done: then there is nothing to say either. */
export function nudgeSentence({ orphans, addSeats, shiftParty }: OrphanWarning): string | null {
  const words = { count: orphans.length, list: listOf(numbersOf(orphans)) };
  if (addSeats !== null) {
    return t(shiftParty === null ? 'choosing:nudge_take' : 'choosing:nudge_both', words);
  }
  return shiftParty === null ? null : t('choosing:nudge_move', words);
}

export function waysOut({ addSeats, shiftParty }: OrphanWarning, currency: string): WayOut[] {
  return [
    ...(addSeats === null ? [] : [wayOf(addSeats, tooLabel(addSeats.take, currency))]),
    ...(shiftParty === null ? [] : [wayOf(shiftParty, swapLabel(shiftParty, currency))]),
  ];
}

function wayOf({ take, release }: Move, label: string): WayOut {
  return { label, seats: take, insteadOf: release };
}

function tooLabel(seats: readonly SeatFacts[], currency: string): string {
  return t('choosing:nudge_too', {
    list: numbersOf(seats).join(', '),
    price: formatMoney(priceOf(seats), currency),
  });
}

/** With the price where it is another one. */
function swapLabel({ take, release }: Move, currency: string): string {
  const words = { taken: numbersOf(take).join(', '), released: numbersOf(release).join(', ') };
  const price = priceOf(take);
  return price === priceOf(release)
    ? t('choosing:nudge_swap', words)
    : t('choosing:nudge_swapFor', { ...words, price: formatMoney(price, currency) });
}

function numbersOf(seats: readonly SeatFacts[]): string[] {
  return seats.map(({ seatNumber }) => seatNumber);
}

function priceOf(seats: readonly SeatFacts[]): string {
  return sumAmounts(seats.map(({ price }) => price));
}
