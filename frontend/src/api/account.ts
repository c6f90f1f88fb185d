import { ApiError } from '@/api/apiError';
import { auth, get, ME_PATH, post, tokens } from '@/api/client';
import { deviceParam, rememberDevice } from '@/api/device';
import type { TokenStore } from '@/api/tokenStore';
import type {
  Credentials,
  EmailChange,
  EmailConfirmation,
  Me,
  PasswordChange,
  PasswordReset,
  Registration,
  SecondStepAnswer,
} from '@/api/types';
import { tabs } from '@/browser/tabs';

/** Fetch the signed-in user; null for an anonymous visitor, mostly without a request. */
export async function fetchMe(signal: AbortSignal): Promise<Me | null> {
  if (!auth.mayHaveSession()) return null;
  try {
    return (await get(ME_PATH, { signal })).body;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    auth.noteSession(false);
    return null;
  }
}

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

export async function signOut(): Promise<void> {
  if (tokens !== null) {
    clearTokens(tokens);
    return;
  }
  await post('logout/');
  auth.noteSession(false);
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

/** Sign out locally, even if the revocation request fails. */
function clearTokens(kept: TokenStore): void {
  const refresh = kept.clear();
  if (refresh !== null) post('token/revoke/', { refresh }).catch(() => undefined);
}
