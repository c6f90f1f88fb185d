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
    async headersFor({ url }) {
      if (ANONYMOUS_PATHS.includes(url)) return {};
      const token = await tokens.accessToken();
      return token === null ? {} : { Authorization: SCHEME + token };
    },
    async recover({ status }, { Authorization: sent }) {
      if (status !== 401 || sent === undefined) return false;
      // Without a new token, retry anonymously: the endpoint may be public.
      await tokens.renewAccess(sent.slice(SCHEME.length));
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
