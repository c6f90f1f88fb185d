import type { Auth } from '@/api/auth';

const CSRF_COOKIE = 'csrftoken';
const CSRF_HEADER = 'X-CSRFToken';
const SAFE_METHODS = ['get', 'head', 'options'];

interface CookieAuthOptions {
  readonly fetchCsrfToken: () => Promise<unknown>;
  /** Throws ApiError. */
  readonly isSignedIn: () => Promise<boolean>;
  /** What sockets offer to a host that the cookie is not sent to; null where it is. Throws ApiError. */
  readonly fetchTicket: (() => Promise<string | null>) | null;
}

/** The session cookie, which the browser sends by itself; writes prove that they come from here. */
export function cookieAuth({ fetchCsrfToken, isSignedIn, fetchTicket }: CookieAuthOptions): Auth {
  /** For the next socket. Most need none: it is asked for when one was told to sign in. */
  let ticket: string | null = null;
  return {
    async authenticate({ method, headers }) {
      if (SAFE_METHODS.includes(method ?? 'get')) return;
      if (csrfToken() === null) await fetchCsrfToken();
      const token = csrfToken();
      if (token !== null) headers.set(CSRF_HEADER, token);
    },
    async recover({ code }) {
      if (code !== 'csrf_failed') return false;
      // Another tab that signed in or out has changed the token under us.
      await fetchCsrfToken();
      return true;
    },
    subprotocols() {
      const offered = ticket === null ? [] : ['seatcast', `ticket.${ticket}`];
      ticket = null;
      return Promise.resolve(offered);
    },
    async recoverSocket() {
      // The session may go on under another cookie, as it does when the password was changed.
      if (fetchTicket === null) return isSignedIn();
      ticket = await fetchTicket();
      return ticket !== null;
    },
  };
}

function csrfToken(): string | null {
  const pair = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${CSRF_COOKIE}=`));
  return pair === undefined ? null : decodeURIComponent(pair.slice(CSRF_COOKIE.length + 1));
}
