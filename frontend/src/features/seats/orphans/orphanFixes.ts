import type { Move, OrphanWarning, Shift } from '@/domain/seatMap/orphans';
import { seatList, seatNames } from '@/domain/seatMap/seatNames';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Choice } from '@/features/seats/offer/offer';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';

/** Seats to lock, and seats to release in exchange. */
export interface OrphanFix extends Choice {
  readonly insteadOf: readonly SeatFacts[];
}

/**
 * Message about orphans; null if nothing can be done about them. `areRefused` says whether the event
 * is sold with orphans only where they cannot be avoided.
 */
export function orphanText(warning: OrphanWarning, areRefused: boolean): string | null {
  const sentence = warningText(warning);
  if (!areRefused || !warning.isAvoidable) return sentence;
  return sentence === null
    ? t('errors:reason_orphan', seatList(warning.orphans))
    : t('choosing:orphans_refused', { sentence });
}

function warningText({ orphans, addSeats, shiftParty }: OrphanWarning): string | null {
  const words = seatList(orphans);
  if (addSeats !== null) {
    return t(shiftParty === null ? 'choosing:orphans_take' : 'choosing:orphans_both', words);
  }
  return shiftParty === null ? null : t('choosing:orphans_move', words);
}

export function orphanFixes(
  { addSeats, shiftParty }: OrphanWarning,
  currency: string,
): OrphanFix[] {
  return [
    ...(addSeats === null ? [] : [toFix(addSeats, addLabel(addSeats.take, currency))]),
    ...(shiftParty === null ? [] : [toFix(shiftParty, shiftLabel(shiftParty, currency))]),
  ];
}

function toFix({ take, release }: Move, label: string): OrphanFix {
  return { label, seats: take, insteadOf: release };
}

function addLabel(seats: readonly SeatFacts[], currency: string): string {
  return t('choosing:orphans_too', {
    list: seatNames(seats),
    price: formatMoney(priceOf(seats), currency),
  });
}

/** All seats of the party after the move, and their price if it changes. */
function shiftLabel({ party, take, release }: Shift, currency: string): string {
  const list = seatNames(party);
  return priceOf(take) === priceOf(release)
    ? t('choosing:orphans_shift', { list })
    : t('choosing:orphans_shiftFor', { list, price: formatMoney(priceOf(party), currency) });
}

function priceOf(seats: readonly SeatFacts[]): string {
  return sumAmounts(seats.map(({ price }) => price));
}
