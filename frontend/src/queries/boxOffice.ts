import { queryOptions } from '@tanstack/react-query';

import { fetchAllocations, fetchPromoCodes, fetchSeatUse } from '@/api/boxOffice';
import type { MapSeat } from '@/domain/seatMap/seats';

const ALLOCATIONS_AGAIN_MS = 30_000;

/** What seats are kept for. Refetch it when other seats are blocked. */
export const allocationsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['boxOffice', eventId, 'allocations'],
    queryFn: ({ signal }) => fetchAllocations(eventId, signal),
    refetchInterval: ALLOCATIONS_AGAIN_MS,
    staleTime: 0,
  });

/** Promo codes with how often they are used. */
export const promoCodesQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['boxOffice', eventId, 'codes'],
    queryFn: ({ signal }) => fetchPromoCodes(eventId, signal),
    refetchInterval: ALLOCATIONS_AGAIN_MS,
    staleTime: 0,
  });

/** Who has a seat, as long as the map shows it like this. */
export const seatUseQuery = (eventId: number, { facts: { id }, status, until }: MapSeat) =>
  queryOptions({
    queryKey: ['boxOffice', eventId, 'seats', id, status, until],
    queryFn: ({ signal }) => fetchSeatUse(eventId, id, signal),
    staleTime: 0,
    gcTime: 0,
  });
