import { ApiError } from '@/lib/api/apiError';
import { get, post } from '@/lib/api/client';
import type { Credentials, Me, Registration, SignedIn } from '@/lib/api/types';

/** Who is signed in; null when nobody is. */
export async function fetchMe(signal: AbortSignal): Promise<Me | null> {
  try {
    return (await get<Me>('me/', signal)).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export function signIn(credentials: Credentials): Promise<SignedIn> {
  return post('login/', credentials);
}

export function register(registration: Registration): Promise<SignedIn> {
  return post('register/', registration);
}

export function signOut(): Promise<unknown> {
  return post('logout/');
}
