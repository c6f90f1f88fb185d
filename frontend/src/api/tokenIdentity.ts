import { isAxiosError } from 'axios';

import type { Identity } from '@/api/identity';
import type { TokenKeeper } from '@/api/tokenKeeper';

const SCHEME = 'Bearer ';
const OFFER = 'bearer.';
/** These are asked by who is nobody yet, or carry their token in the body. */
const ASKED_BY_NOBODY = [
  'register/',
  'token/',
  'token/second-factor/',
  'token/refresh/',
  'token/revoke/',
  'password/reset/',
  'password/reset/confirm/',
  'email/confirm/',
];

/** A bearer's token, kept fresh. */
export function tokenIdentity(keeper: TokenKeeper): Identity {
  return {
    async sign({ url = '', headers }) {
      if (ASKED_BY_NOBODY.includes(url)) return;
      const token = await keeper.current();
      if (token !== null) headers.set('Authorization', SCHEME + token);
    },
    async mend({ status, cause }) {
      const token = status === 401 ? sentToken(cause) : null;
      if (token === null) return false;
      // Should there be no other one, the call may still be open to anybody.
      await keeper.renewed(token);
      return true;
    },
    async subprotocols() {
      const token = await keeper.current();
      return token === null ? [] : ['seatcast', OFFER + token];
    },
    async mendSocket(offered) {
      const worn = offered.find((one) => one.startsWith(OFFER))?.slice(OFFER.length);
      return worn !== undefined && (await keeper.renewed(worn)) !== null;
    },
  };
}

function sentToken(cause: unknown): string | null {
  if (!isAxiosError(cause)) return null;
  const header: unknown = cause.config?.headers.get('Authorization');
  return typeof header === 'string' ? header.slice(SCHEME.length) : null;
}
