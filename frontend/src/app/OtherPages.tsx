import { lazy } from 'react';
import { Route, Routes } from 'react-router';

import { NotFoundPage } from '@/app/NotFoundPage';
import { withMessages } from '@/i18n/language';

const RegisterPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/RegisterPage')).RegisterPage,
  })),
);
const GuestPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/GuestPage')).GuestPage,
  })),
);
const GuestLinkPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/GuestLinkPage')).GuestLinkPage,
  })),
);
const AccountPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/AccountPage')).AccountPage,
  })),
);
const ForgottenPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/ForgottenPage')).ForgottenPage,
  })),
);
const ResetPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/ResetPage')).ResetPage,
  })),
);
const ConfirmEmailPage = lazy(
  withMessages(['account', 'accountErrors', 'security'], async () => ({
    default: (await import('@/features/account/ConfirmEmailPage')).ConfirmEmailPage,
  })),
);
const PaymentPage = lazy(
  withMessages(['payments'], async () => ({
    default: (await import('@/features/payments/PaymentPage')).PaymentPage,
  })),
);

/** Pages that are seldom opened first. Their routes are apart, to keep the first page small. */
export function OtherPages() {
  return (
    <Routes>
      <Route path="payments/:reference" element={<PaymentPage />} />
      <Route path="register" element={<RegisterPage />} />
      <Route path="guest" element={<GuestPage />} />
      <Route path="guest/link" element={<GuestLinkPage />} />
      <Route path="account" element={<AccountPage />} />
      <Route path="password/forgotten" element={<ForgottenPage />} />
      <Route path="password/reset" element={<ResetPage />} />
      <Route path="email/confirm" element={<ConfirmEmailPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}
