import { ApiError } from '@/api/apiError';
import { get, ME_PATH, post, tokens } from '@/api/client';
import { deviceParam, rememberDevice } from '@/api/device';
import type { TokenStore } from '@/api/tokenStore';
import type {
  Credentials,
  EmailChange,
  EmailConfirmation,
  Me,
  PasswordChange,
  PasswordChanged,
  PasswordReset,
  PasswordResetDone,
  Registration,
  SecondStepAnswer,
  SignedInPair,
} from '@/api/types';
import { tabs } from '@/browser/tabs';

/** Who is signed in; null when nobody is. */
export async function fetchMe(signal: AbortSignal): Promise<Me | null> {
  try {
    return (await get<Me>(ME_PATH, signal)).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

// Tokens are where the other tabs find them; of a cookie they have to be told.

export async function signIn(credentials: Credentials): Promise<void> {
  if (tokens !== null) {
    const { access, refresh, device } = await post<SignedInPair>('token/', {
      ...credentials,
      ...deviceParam(),
    });
    rememberDevice(device);
    tokens.save({ access, refresh });
    return;
  }
  await post('login/', credentials);
  tabs.broadcast({ kind: 'session' });
}

/** Complete a sign-in that was refused for want of the second factor. */
export async function completeSecondFactor(step: SecondStepAnswer): Promise<void> {
  if (tokens !== null) {
    const { access, refresh, device } = await post<SignedInPair>('token/second-factor/', step);
    rememberDevice(device);
    tokens.save({ access, refresh });
    return;
  }
  await post('login/second-factor/', step);
  tabs.broadcast({ kind: 'session' });
}

export async function register(registration: Registration): Promise<void> {
  await post('register/', registration);
  const { username, password } = registration;
  if (tokens === null) tabs.broadcast({ kind: 'session' });
  else await signIn({ username, password });
}

export async function signOut(): Promise<void> {
  if (tokens !== null) {
    clearTokens(tokens);
    return;
  }
  await post('logout/');
  tabs.broadcast({ kind: 'session' });
}

/** End all that the person is signed in by, wherever that is. */
export async function signOutEverywhere(): Promise<void> {
  await post('logout/everywhere/');
  tokens?.clear();
  tabs.broadcast({ kind: 'session' });
}

/** Whoever else is signed in as this person is so no more. */
export async function changePassword(change: PasswordChange): Promise<void> {
  const { access, refresh, device } = await post<PasswordChanged>('password/change/', {
    ...change,
    ...deviceParam(),
  });
  rememberDevice(device);
  if (access !== undefined && refresh !== undefined) tokens?.save({ access, refresh });
}

/** Have a link sent to this address, if anybody has it: the answer is the same if nobody does. */
export async function requestPasswordReset(email: string): Promise<void> {
  await post('password/reset/', { email });
}

/** Nobody is signed in as this person after it. */
export async function resetPassword(reset: PasswordReset): Promise<void> {
  rememberDevice((await post<PasswordResetDone>('password/reset/confirm/', reset)).device);
  tabs.broadcast({ kind: 'session' });
  tabs.notifyLocal({ kind: 'session' });
}

/** Have another link sent to the address that waits to be confirmed. */
export async function sendVerification(): Promise<void> {
  await post('email/verify/');
}

/** Nothing changes before the new address is confirmed. */
export async function changeEmail(change: EmailChange): Promise<void> {
  await post('email/change/', { ...change, ...deviceParam() });
}

export async function confirmEmail(link: EmailConfirmation): Promise<void> {
  await post('email/confirm/', link);
  tabs.broadcast({ kind: 'session' });
}

/** To have no tokens is to be signed out, whether or not the server hears of it. */
function clearTokens(kept: TokenStore): void {
  const refresh = kept.clear();
  if (refresh !== null) post('token/revoke/', { refresh }).catch(() => undefined);
}
