import { assertNever } from '@/domain/assertNever';
import { ACCESSIBLE, AISLE, RESTRICTED_VIEW } from '@/domain/seatMap/features';
import { seatName } from '@/domain/seatMap/seatNames';
import { isAskedFor, type MapSeat, type SeatFacts } from '@/domain/seatMap/seats';
import type { StandingArea } from '@/domain/seatMap/standing';
import { t } from '@/i18n/language';
import { formatAmount } from '@/i18n/money';

/** Accessible name of a seat. */
export function seatLabel(seat: MapSeat, currency: string): string {
  const { seatNumber, section, floor, price } = seat.facts;
  // Many numbers begin with their section.
  const where = [seatNumber.startsWith(section) ? '' : section, floor].filter(
    (part) => part !== '',
  );
  return t(where.length === 0 ? 'seats:seat_noSection' : 'seats:seat', {
    seat: seatNumber,
    section: where.join(', '),
    price: formatAmount(price, currency),
    status: statusWithFeatures(seat),
  });
}

/** A seat's features and its status, as read out. */
export function statusWithFeatures(seat: MapSeat): string {
  return [...featureWords(seat.facts), statusText(seat)].join(', ');
}

/** What is special about a seat, its note last. */
export function featureWords({
  features,
  companionOf,
  isSoldWhole,
  note,
}: SeatFacts): readonly string[] {
  return [
    (features & ACCESSIBLE) === 0 ? '' : t('seats:feature_accessible'),
    companionOf === null ? '' : t('seats:feature_companion'),
    (features & RESTRICTED_VIEW) === 0 ? '' : t('seats:feature_restricted_view'),
    (features & AISLE) === 0 ? '' : t('seats:feature_aisle'),
    isSoldWhole ? t('seats:feature_table') : '',
    note,
  ].filter((words) => words !== '');
}

/** What is known of a seat, or what is under way. */
export function statusText(seat: MapSeat): string {
  const { status, holder, pending } = seat;
  switch (status) {
    case 'available':
      return pending ? t('seats:status_releasing') : t('seats:status_available');
    case 'mine':
      return isAskedFor(seat) ? t('seats:status_asking') : t('seats:status_mine');
    case 'locked':
      return holder === null
        ? t('seats:status_locked')
        : t('seats:status_lockedBy', { holder: holderName(holder) });
    case 'reserved':
      return t('seats:status_reserved');
    case 'blocked':
      return t('seats:status_blocked');
    case 'unknown':
      return t('seats:status_unknown');
    default:
      return assertNever(status);
  }
}

/** A user's name. That of a guest is made up by the server (`accounts/guests/services.py`). */
function holderName(holder: string): string {
  return /^guest-[2-9a-hj-np-z]{8}$/.test(holder) ? t('seats:holder_guest') : holder;
}

/** How many places of a standing area are left. */
export function standingLeftText({ seatIndexes }: StandingArea, left: number): string {
  return t('seats:standing_left', { left, total: seatIndexes.length });
}

/** Why a seat cannot be picked. */
export function unavailableText({ facts, status, holder }: MapSeat): string {
  const seat = seatName(facts);
  switch (status) {
    case 'available':
    case 'mine':
    case 'unknown':
      return '';
    case 'locked':
      return holder === null
        ? t('seats:taken_locked', { seat })
        : t('seats:taken_lockedBy', { seat, holder: holderName(holder) });
    case 'reserved':
      return t('seats:taken_reserved', { seat });
    case 'blocked':
      return t('seats:taken_blocked', { seat });
    default:
      return assertNever(status);
  }
}
