import { createBrowserRouter, type RouteObject } from 'react-router';

import { Layout } from '@/app/Layout';
import { LoadingPage } from '@/app/LoadingPage';
import { NotFoundPage } from '@/app/NotFoundPage';
import { RouteFailure } from '@/app/RouteFailure';
import { MyReservationsPage } from '@/features/reservations/MyReservationsPage';
import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';

const routes: RouteObject[] = [
  {
    element: <Layout />,
    errorElement: <RouteFailure />,
    children: [
      {
        errorElement: <RouteFailure />,
        hydrateFallbackElement: <LoadingPage />,
        children: [
          {
            index: true,
            // The seat selector, which many open directly, need not wait for it.
            lazy: async () => ({
              Component: (await import('@/features/events/EventListPage')).EventListPage,
            }),
          },
          { path: 'events/:eventId', element: <SeatSelectorPage /> },
          { path: 'reservations', element: <MyReservationsPage /> },
          {
            path: 'reservations/:reservationId',
            lazy: async () => ({
              Component: (await import('@/features/reservations/ReservationPage')).ReservationPage,
            }),
          },
          {
            path: 'tickets/:code?',
            lazy: async () => ({
              Component: (await import('@/features/reservations/TicketCheckPage')).TicketCheckPage,
            }),
          },
          {
            path: 'organise',
            lazy: async () => ({
              Component: (await import('@/features/organise/SalesPage')).SalesPage,
            }),
          },
          {
            path: 'organise/:eventId',
            lazy: async () => ({
              Component: (await import('@/features/organise/OrganisePage')).OrganisePage,
            }),
          },
          {
            path: 'sign-in',
            lazy: async () => ({
              Component: (await import('@/features/account/SignInPage')).SignInPage,
            }),
          },
          {
            path: 'register',
            lazy: async () => ({
              Component: (await import('@/features/account/RegisterPage')).RegisterPage,
            }),
          },
          {
            path: 'account',
            lazy: async () => ({
              Component: (await import('@/features/account/AccountPage')).AccountPage,
            }),
          },
          {
            path: 'password/forgotten',
            lazy: async () => ({
              Component: (await import('@/features/account/ForgottenPage')).ForgottenPage,
            }),
          },
          {
            path: 'password/reset',
            lazy: async () => ({
              Component: (await import('@/features/account/ResetPage')).ResetPage,
            }),
          },
          {
            path: 'email/confirm',
            lazy: async () => ({
              Component: (await import('@/features/account/ConfirmEmailPage')).ConfirmEmailPage,
            }),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
];

export function createAppRouter() {
  return createBrowserRouter(routes);
}
