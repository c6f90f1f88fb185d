import { lazy } from 'react';
import { Route, Routes } from 'react-router';

import { Layout } from '@/app/Layout';
import { SeatSelectorPage } from '@/features/seats/SeatSelectorPage';
import { withMessages } from '@/i18n/language';

// The seat selector, which many open directly, waits for none of these.
const EventListPage = lazy(
  withMessages(['events'], async () => ({
    default: (await import('@/features/events/EventListPage')).EventListPage,
  })),
);
const MyReservationsPage = lazy(
  withMessages(['reservations', 'payments'], async () => ({
    default: (await import('@/features/reservations/MyReservationsPage')).MyReservationsPage,
  })),
);
const ReservationPage = lazy(
  withMessages(['reservations', 'payments'], async () => ({
    default: (await import('@/features/reservations/ReservationPage')).ReservationPage,
  })),
);
const TicketCheckPage = lazy(
  withMessages(['organiserErrors', 'reservations'], async () => ({
    default: (await import('@/features/reservations/TicketCheckPage')).TicketCheckPage,
  })),
);
const OrganisePages = lazy(
  withMessages(['organise', 'organisations', 'organiserErrors'], async () => ({
    default: (await import('@/app/OrganisePages')).OrganisePages,
  })),
);
const DoorPage = lazy(
  withMessages(['door', 'events', 'organiserErrors', 'reservations'], async () => ({
    default: (await import('@/features/door/DoorPage')).DoorPage,
  })),
);
const OtherPages = lazy(async () => ({
  default: (await import('@/app/OtherPages')).OtherPages,
}));
const SignInPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/SignInPage')).SignInPage,
  })),
);

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
        <Route path="door/:eventId?" element={<DoorPage />} />
        <Route path="organise/*" element={<OrganisePages />} />
        <Route path="sign-in" element={<SignInPage />} />
        <Route path="*" element={<OtherPages />} />
      </Route>
    </Routes>
  );
}
