import type { Alternative, ApiError } from '@/api/apiError';
import { seatNames } from '@/domain/seatMap/seatNames';
import type { MapSeat, SeatFacts } from '@/domain/seatMap/seats';
import { t } from '@/i18n/language';
import { formatMoney, sumAmounts } from '@/i18n/money';

/** Alternatives to seats that were refused. */
export interface Offer {
  /** Why they were refused. */
  readonly text: string;
  readonly alternatives: readonly Alternative[];
  readonly insteadOf: readonly SeatFacts[];
  /** Whether part of a set may be taken. */
  readonly isDivisible: boolean;
}

/** One set of alternative seats that are still free. */
export interface Choice {
  readonly label: string;
  readonly seats: readonly SeatFacts[];
}

/** Null if the error has no alternatives. */
export function offerFor(
  { alternatives }: ApiError,
  text: string,
  insteadOf: readonly SeatFacts[],
): Offer | null {
  return alternatives.length === 0 ? null : { text, alternatives, insteadOf, isDivisible: false };
}

/**
 * Offer companion seats that were refused together with their accessible seats; null if the error is
 * another one, or these are not free.
 */
export function companionOffer(
  { code, details }: ApiError,
  text: string,
  asked: readonly SeatFacts[],
  seats: readonly MapSeat[],
): Offer | null {
  const ids = code === 'companion_seat' ? details['accessible_seat_ids'] : [];
  const accessible = seats.filter(({ facts }) => Array.isArray(ids) && ids.includes(facts.id));
  if (accessible.length === 0 || !accessible.every(isFree)) return null;
  const together = [...accessible.map(({ facts }) => facts), ...asked];
  const alternative = {
    seatIds: together.map(({ id }) => id),
    price: sumAmounts(together.map(({ price }) => price)),
  };
  return { text, alternatives: [alternative], insteadOf: asked, isDivisible: false };
}

/** The sets of an offer that are still available. */
export function openChoices(
  { alternatives, insteadOf, isDivisible }: Offer,
  seats: readonly MapSeat[],
  indexById: ReadonlyMap<number, number>,
  currency: string,
): Choice[] {
  return alternatives.flatMap(({ seatIds }) => {
    const found = seatIds.map((seatId) => seats[indexById.get(seatId) ?? -1]);
    const free = found.filter(isFree).map(({ facts }) => facts);
    return free.length === found.length || (isDivisible && free.length > 0)
      ? { label: labelOf(free, insteadOf, currency), seats: free }
      : [];
  });
}

/** The offer as text, for screen readers. */
export function offerText({ text, alternatives }: Offer, facts: readonly SeatFacts[]): string {
  const sets = alternatives.map(({ seatIds }) =>
    seatNames(facts.filter(({ id }) => seatIds.includes(id))),
  );
  return `${text} ${t('seats:offer_inWords', { list: sets.join('; ') })}`;
}

function isFree(seat: MapSeat | undefined): seat is MapSeat {
  return seat?.status === 'available' && !seat.pending;
}

function labelOf(
  seats: readonly SeatFacts[],
  insteadOf: readonly SeatFacts[],
  currency: string,
): string {
  const isSame = seats.every((seat) => insteadOf.some(({ id }) => id === seat.id));
  const list = seatNames(seats);
  const price = sumAmounts(seats.map((seat) => seat.price));
  const before = sumAmounts(insteadOf.map((seat) => seat.price));
  const isAddition = insteadOf.every(({ id }) => seats.some((seat) => seat.id === id));
  if (!isSame && isAddition) {
    return t('seats:offer_takeTogether', { list, price: formatMoney(price, currency) });
  }
  if (seats.length === 1 && price === before) {
    return t(isSame ? 'seats:offer_takeAgain' : 'seats:offer_takeInstead', { list });
  }
  return t(isSame ? 'seats:offer_takeAgainFor' : 'seats:offer_takeInsteadFor', {
    list,
    price: formatMoney(price, currency),
  });
}
