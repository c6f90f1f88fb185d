import { isAxiosError } from 'axios';

import type { Auth } from '@/api/auth';
import type { TokenStore } from '@/api/tokenStore';

const SCHEME = 'Bearer ';
const SUBPROTOCOL_PREFIX = 'bearer.';
/** Anonymous, or the token is in the body. */
const ANONYMOUS_PATHS = [
  'register/',
  'token/',
  'token/second-factor/',
  'token/refresh/',
  'token/revoke/',
  'password/reset/',
  'password/reset/confirm/',
  'email/confirm/',
];

/** Authenticate by bearer token, renewed when it expires. */
export function tokenAuth(tokens: TokenStore): Auth {
  return {
    mayHaveSession() {
      return tokens.isSignedIn();
    },
    noteSession() {
      // The tokens themselves tell.
    },
    async authenticate({ url = '', headers }) {
      if (ANONYMOUS_PATHS.includes(url)) return;
      const token = await tokens.accessToken();
      if (token !== null) headers.set('Authorization', SCHEME + token);
    },
    async recover({ status, cause }) {
      const token = status === 401 ? sentToken(cause) : null;
      if (token === null) return false;
      // Without a new token, retry anonymously: the endpoint may be public.
      await tokens.renewAccess(token);
      return true;
    },
    async subprotocols() {
      const token = await tokens.accessToken();
      return token === null ? [] : ['seatcast', SUBPROTOCOL_PREFIX + token];
    },
    async recoverSocket(offered) {
      const stale = offered
        .find((one) => one.startsWith(SUBPROTOCOL_PREFIX))
        ?.slice(SUBPROTOCOL_PREFIX.length);
      return stale !== undefined && (await tokens.renewAccess(stale)) !== null;
    },
  };
}

function sentToken(cause: unknown): string | null {
  if (!isAxiosError(cause)) return null;
  const header: unknown = cause.config?.headers.get('Authorization');
  return typeof header === 'string' ? header.slice(SCHEME.length) : null;
}
