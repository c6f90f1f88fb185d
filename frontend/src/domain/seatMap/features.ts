import type { SeatFacts } from '@/domain/seatMap/seats';

/** The features of a seat, as the bits of `SeatFacts.features`. */
export const ACCESSIBLE = 1;
export const RESTRICTED_VIEW = 2;
export const AISLE = 4;

/** What buyers may filter seats by, as in the API. */
export const WISHES = ['accessible', 'aisle', 'full_view'] as const;
export type SeatWish = (typeof WISHES)[number];

/** Whether a seat meets all wishes. Companion seats belong to the accessible ones. */
export function meets(facts: SeatFacts, wishes: readonly SeatWish[]): boolean {
  return wishes.every((wish) => {
    switch (wish) {
      case 'accessible':
        return (facts.features & ACCESSIBLE) !== 0 || facts.companionOf !== null;
      case 'aisle':
        return (facts.features & AISLE) !== 0;
      case 'full_view':
        return (facts.features & RESTRICTED_VIEW) === 0;
    }
  });
}

/** The wishes by which the seats of a hall differ. */
export function wishesAmong(facts: readonly SeatFacts[]): readonly SeatWish[] {
  const among = facts.reduce((found, { features }) => found | features, 0);
  const bits = { accessible: ACCESSIBLE, aisle: AISLE, full_view: RESTRICTED_VIEW };
  return WISHES.filter((wish) => (among & bits[wish]) !== 0);
}
