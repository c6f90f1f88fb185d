import type { Reservation } from '@/api/types';

/** "The Copper Room, Kupferstr. 1, Berlin" */
export function placeOf({ venue, address }: Pick<Reservation, 'venue' | 'address'>): string {
  return address === '' ? venue : `${venue}, ${address}`;
}
