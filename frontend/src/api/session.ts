import { ApiError } from '@/api/apiError';
import { auth, get, ME_PATH, post, tokens } from '@/api/client';
import type { TokenStore } from '@/api/tokenStore';
import type { Me } from '@/api/types';
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

export async function signOut(): Promise<void> {
  if (tokens !== null) {
    clearTokens(tokens);
    return;
  }
  await post('logout/');
  auth.noteSession(false);
  tabs.broadcast({ kind: 'session' });
}

/** Sign out locally, even if the revocation request fails. */
function clearTokens(kept: TokenStore): void {
  const refresh = kept.clear();
  if (refresh !== null) post('token/revoke/', { refresh }).catch(() => undefined);
}
