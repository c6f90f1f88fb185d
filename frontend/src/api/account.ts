import { auth, post, tokens } from '@/api/client';
import { deviceParam, rememberDevice } from '@/api/device';
import type {
  Credentials,
  EmailChange,
  EmailConfirmation,
  Guest,
  GuestAccount,
  GuestReturn,
  GuestSignedIn,
  PasswordChange,
  PasswordReset,
  Registration,
  SecondStepAnswer,
} from '@/api/types';
import { tabs } from '@/browser/tabs';

/** Tell other tabs: they read new tokens from storage, but do not see a new cookie. */
function announceSession(): void {
  auth.noteSession(true);
  tabs.broadcast({ kind: 'session' });
}

export async function signIn(credentials: Credentials): Promise<void> {
  if (tokens !== null) {
    const { access, refresh, device } = await post('token/', {
      ...credentials,
      ...deviceParam(),
    });
    rememberDevice(device);
    tokens.save({ access, refresh });
    return;
  }
  await post('login/', credentials);
  announceSession();
}

/** Complete a sign-in that the server answered with a second-factor challenge. */
export async function completeSecondFactor(step: SecondStepAnswer): Promise<void> {
  if (tokens !== null) {
    const { access, refresh, device } = await post('token/second-factor/', step);
    rememberDevice(device);
    tokens.save({ access, refresh });
    return;
  }
  await post('login/second-factor/', step);
  announceSession();
}

export async function register(registration: Registration): Promise<void> {
  await post('register/', registration);
  const { username, password } = registration;
  if (tokens === null) announceSession();
  else await signIn({ username, password });
}

/** Begin to buy without an account. */
export async function startAsGuest(guest: Guest): Promise<void> {
  saveGuestSession(await post('guest/', guest));
}

/** Return as a guest by a mailed link. */
export async function returnAsGuest(link: GuestReturn): Promise<void> {
  saveGuestSession(await post('guest/come-back/', link));
}

function saveGuestSession({ access, refresh }: GuestSignedIn): void {
  if (tokens === null) announceSession();
  else if (access !== undefined && refresh !== undefined) tokens.save({ access, refresh });
}

/** Request the links of all guests with an address. The response is the same for unknown ones. */
export async function requestGuestLinks(email: string): Promise<void> {
  await post('guest/link/', { email });
}

/** Correct the guest's name and address; a link is mailed to a new address. */
export async function correctGuest(guest: Guest): Promise<void> {
  await post('guest/details/', guest);
}

/** Turn the guest into an account. */
export async function makeAccount(account: GuestAccount): Promise<void> {
  const { access, refresh } = await post('guest/account/', account);
  if (access !== undefined && refresh !== undefined) tokens?.save({ access, refresh });
  tabs.broadcast({ kind: 'session' });
}

/** End all sessions and tokens of the user, on every device. */
export async function signOutEverywhere(): Promise<void> {
  await post('logout/everywhere/');
  tokens?.clear();
  auth.noteSession(false);
  tabs.broadcast({ kind: 'session' });
}

/** Change the password, which ends the user's other sessions. */
export async function changePassword(change: PasswordChange): Promise<void> {
  const { access, refresh, device } = await post('password/change/', {
    ...change,
    ...deviceParam(),
  });
  rememberDevice(device);
  if (access !== undefined && refresh !== undefined) tokens?.save({ access, refresh });
}

/** Request a password reset email. The response is the same for unknown addresses. */
export async function requestPasswordReset(email: string): Promise<void> {
  await post('password/reset/', { email });
}

/** Set a new password with the token of the email. This ends all of the user's sessions. */
export async function resetPassword(reset: PasswordReset): Promise<void> {
  rememberDevice((await post('password/reset/confirm/', reset)).device);
  tabs.broadcast({ kind: 'session' });
  tabs.notifyLocal({ kind: 'session' });
}

/** Send another verification email to the address that is waiting for confirmation. */
export async function sendVerification(): Promise<void> {
  await post('email/verify/');
}

/** Request a change of address; it takes effect once the new address is confirmed. */
export async function changeEmail(change: EmailChange): Promise<void> {
  await post('email/change/', { ...change, ...deviceParam() });
}

export async function confirmEmail(link: EmailConfirmation): Promise<void> {
  await post('email/confirm/', link);
  tabs.broadcast({ kind: 'session' });
}
