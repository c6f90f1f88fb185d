import { lazy } from 'react';
import { Route, Routes } from 'react-router';

import { Layout } from '@/app/Layout';
import { NotFoundPage } from '@/app/NotFoundPage';
import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';

// The seat selector, which many open directly, waits for none of these.
const EventListPage = lazy(async () => ({
  default: (await import('@/features/events/EventListPage')).EventListPage,
}));
const MyReservationsPage = lazy(async () => ({
  default: (await import('@/features/reservations/MyReservationsPage')).MyReservationsPage,
}));
const ReservationPage = lazy(async () => ({
  default: (await import('@/features/reservations/ReservationPage')).ReservationPage,
}));
const TicketCheckPage = lazy(async () => ({
  default: (await import('@/features/reservations/TicketCheckPage')).TicketCheckPage,
}));
const HomePage = lazy(async () => ({
  default: (await import('@/features/organise/home/HomePage')).HomePage,
}));
const OrganisationPage = lazy(async () => ({
  default: (await import('@/features/organise/organisation/OrganisationPage')).OrganisationPage,
}));
const InvitationPage = lazy(async () => ({
  default: (await import('@/features/organise/invitation/InvitationPage')).InvitationPage,
}));
const EventSettingsPage = lazy(async () => ({
  default: (await import('@/features/organise/events/EventSettingsPage')).EventSettingsPage,
}));
const OrganisePage = lazy(async () => ({
  default: (await import('@/features/organise/OrganisePage')).OrganisePage,
}));
const PlanPage = lazy(async () => ({
  default: (await import('@/features/organise/plans/PlanPage')).PlanPage,
}));
const EditorPage = lazy(async () => ({
  default: (await import('@/features/editor/EditorPage')).EditorPage,
}));
const SignInPage = lazy(async () => ({
  default: (await import('@/features/account/SignInPage')).SignInPage,
}));
const RegisterPage = lazy(async () => ({
  default: (await import('@/features/account/RegisterPage')).RegisterPage,
}));
const AccountPage = lazy(async () => ({
  default: (await import('@/features/account/AccountPage')).AccountPage,
}));
const ForgottenPage = lazy(async () => ({
  default: (await import('@/features/account/ForgottenPage')).ForgottenPage,
}));
const ResetPage = lazy(async () => ({
  default: (await import('@/features/account/ResetPage')).ResetPage,
}));
const ConfirmEmailPage = lazy(async () => ({
  default: (await import('@/features/account/ConfirmEmailPage')).ConfirmEmailPage,
}));

/** All pages. React Router's data routers would do the same for 20 KB more (gzipped). */
export function Pages() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<EventListPage />} />
        <Route path="events/:eventId" element={<SeatSelectorPage />} />
        <Route path="reservations" element={<MyReservationsPage />} />
        <Route path="reservations/:reservationId" element={<ReservationPage />} />
        <Route path="tickets/:code?" element={<TicketCheckPage />} />
        <Route path="organise/plans/:planId" element={<PlanPage />} />
        <Route path="organise" element={<HomePage />} />
        <Route path="organise/organisations/:organisationId/:tab?" element={<OrganisationPage />} />
        <Route path="organise/invitations" element={<InvitationPage />} />
        <Route path="organise/events/:eventId/settings" element={<EventSettingsPage />} />
        <Route path="organise/plans/:planId/edit" element={<EditorPage />} />
        <Route path="organise/:eventId" element={<OrganisePage />} />
        <Route path="sign-in" element={<SignInPage />} />
        <Route path="register" element={<RegisterPage />} />
        <Route path="account" element={<AccountPage />} />
        <Route path="password/forgotten" element={<ForgottenPage />} />
        <Route path="password/reset" element={<ResetPage />} />
        <Route path="email/confirm" element={<ConfirmEmailPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
