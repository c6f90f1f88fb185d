import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import {
  type ChangeChoice,
  fetchActions,
  fetchChanges,
  fetchPastMap,
  fetchReports,
  type Moment,
} from '@/api/history';

/** The seats at a moment, with those of the moment before until they are loaded. */
export const pastMapQuery = (eventId: number, moment: Moment) =>
  queryOptions({
    queryKey: ['history', eventId, moment],
    queryFn: ({ signal }) => fetchPastMap(eventId, moment, signal),
    placeholderData: keepPreviousData,
    // What was does not change; each takes some hundred kilobytes in a stadium.
    staleTime: moment === null ? 0 : Infinity,
    gcTime: 60_000,
  });

/** Changes up to a number, newest first. */
export const changesQuery = (eventId: number, choice: ChangeChoice, until: number | null) =>
  infiniteQueryOptions({
    queryKey: ['history', eventId, 'changes', choice, until],
    queryFn: ({ pageParam, signal }) => fetchChanges(eventId, choice, pageParam, signal),
    initialPageParam: until === null ? null : String(until + 1),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const actionsQuery = (eventId: number) =>
  infiniteQueryOptions({
    queryKey: ['history', eventId, 'actions'],
    queryFn: ({ pageParam, signal }) => fetchActions(eventId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  });

export const reportsQuery = (eventId: number) =>
  queryOptions({
    queryKey: ['history', eventId, 'reports'],
    queryFn: ({ signal }) => fetchReports(eventId, signal),
    staleTime: 0,
  });
