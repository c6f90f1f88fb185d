import { queryOptions } from '@tanstack/react-query';

import {
  fetchOwnEvents,
  fetchPlan,
  fetchPlanMiniature,
  fetchPlans,
  fetchPreview,
  fetchVersions,
} from '@/api/seatingPlans';
import { unpackLayout } from '@/domain/seatMap/unpackLayout';
import { type MiniatureQuery, miniatureQuery } from '@/queries/miniatures';

/** What all queries about seating plans begin with. */
export const PLANS_KEY = ['plans'] as const;

export const plansQuery = (organisationId: number) =>
  queryOptions({
    queryKey: [...PLANS_KEY, 'of', organisationId],
    queryFn: ({ signal }) => fetchPlans(organisationId, signal),
  });

export const planQuery = (planId: number) =>
  queryOptions({
    queryKey: [...PLANS_KEY, planId],
    queryFn: ({ signal }) => fetchPlan(planId, signal),
  });

export const versionsQuery = (planId: number) =>
  queryOptions({
    queryKey: [...PLANS_KEY, planId, 'versions'],
    queryFn: ({ signal }) => fetchVersions(planId, signal),
  });

/** A version never changes; the draft is named by its revision. */
export const previewQuery = (planId: number, shown: { version: number } | { revision: number }) =>
  queryOptions({
    queryKey: [...PLANS_KEY, planId, 'preview', shown],
    queryFn: async ({ signal }) => {
      const version = 'version' in shown ? shown.version : null;
      const preview = await fetchPreview(planId, version, signal);
      const facts = preview.layout === null ? [] : unpackLayout(preview.layout);
      return { ...preview, facts };
    },
    staleTime: Infinity,
  });

/** The draft is named by its revision. */
export const planMiniatureQuery = (planId: number, revision: number): MiniatureQuery =>
  miniatureQuery(['plan', planId, revision], (signal) => fetchPlanMiniature(planId, signal));

/** The coming events of an organisation, to put a plan onto. */
export const ownEventsQuery = (organisationId: number) =>
  queryOptions({
    queryKey: [...PLANS_KEY, 'events', organisationId],
    queryFn: ({ signal }) => fetchOwnEvents(organisationId, signal),
    // An event that has just been created must be in it.
    staleTime: 0,
    gcTime: 0,
  });
