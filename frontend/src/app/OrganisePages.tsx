import { lazy } from 'react';
import { Route, Routes } from 'react-router';

import { NotFoundPage } from '@/app/NotFoundPage';
import { withMessages } from '@/i18n/language';

const HomePage = lazy(
  withMessages(['events'], async () => ({
    default: (await import('@/features/organise/home/HomePage')).HomePage,
  })),
);
const OrganisationPage = lazy(
  withMessages(['events', 'organiserEvents', 'plans', 'webhooks'], async () => ({
    default: (await import('@/features/organise/organisation/OrganisationPage')).OrganisationPage,
  })),
);
const InvitationPage = lazy(async () => ({
  default: (await import('@/features/organise/invitation/InvitationPage')).InvitationPage,
}));
const EventSettingsPage = lazy(
  withMessages(['events', 'organiserEvents'], async () => ({
    default: (await import('@/features/organise/events/EventSettingsPage')).EventSettingsPage,
  })),
);
const OrganisePage = lazy(async () => ({
  default: (await import('@/features/organise/OrganisePage')).OrganisePage,
}));
const BookingsPage = lazy(
  withMessages(['bookings', 'payments', 'reservations'], async () => ({
    default: (await import('@/features/organise/bookings/BookingsPage')).BookingsPage,
  })),
);
const HistoryPage = lazy(
  withMessages(['history', 'payments'], async () => ({
    default: (await import('@/features/organise/history/HistoryPage')).HistoryPage,
  })),
);
const BoxOfficePage = lazy(
  withMessages(['boxOffice'], async () => {
    const [{ BoxOfficePage: Page }, { SeatMap }] = await Promise.all([
      import('@/features/organise/boxOffice/BoxOfficePage'),
      import('@/features/seats/map/SeatMap'),
    ]);
    return { default: () => <Page SeatMap={SeatMap} /> };
  }),
);
const DoorsPage = lazy(
  withMessages(['door', 'reservations'], async () => ({
    default: (await import('@/features/organise/doors/DoorsPage')).DoorsPage,
  })),
);
const PlanPage = lazy(
  withMessages(['plans'], async () => ({
    default: (await import('@/features/organise/plans/PlanPage')).PlanPage,
  })),
);
const EditorPage = lazy(
  withMessages(['editor', 'plans'], async () => ({
    default: (await import('@/features/editor/EditorPage')).EditorPage,
  })),
);

/** The organisers' pages. Their routes are apart, to keep the first page of buyers small. */
export function OrganisePages() {
  return (
    <Routes>
      <Route index element={<HomePage />} />
      <Route path="organisations/:organisationId/:tab?" element={<OrganisationPage />} />
      <Route path="events/:eventId/settings" element={<EventSettingsPage />} />
      <Route path="events/:eventId/history" element={<HistoryPage />} />
      <Route path="events/:eventId/box-office" element={<BoxOfficePage />} />
      <Route path="events/:eventId/doors" element={<DoorsPage />} />
      <Route path="events/:eventId/bookings" element={<BookingsPage />} />
      <Route path="invitations" element={<InvitationPage />} />
      <Route path="plans/:planId" element={<PlanPage />} />
      <Route path="plans/:planId/edit" element={<EditorPage />} />
      <Route path=":eventId" element={<OrganisePage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
