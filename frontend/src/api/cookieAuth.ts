import type { Auth } from '@/api/auth';
import { siteStorage } from '@/browser/storage';

const CSRF_COOKIE = 'csrftoken';
const CSRF_HEADER = 'X-CSRFToken';
/** Stores the CSRF token with which there was no session. */
const NO_SESSION_WITH = 'seatcast.anonymous';

interface CookieAuthOptions {
  /** Throws ApiError. */
  readonly fetchCsrfToken: () => Promise<unknown>;
  /** Throws ApiError. */
  readonly isSignedIn: () => Promise<boolean>;
  /**
   * Fetches a ticket for sockets to a host that does not get the cookie; null if sockets use the
   * page's host. Throws ApiError.
   */
  readonly fetchTicket: (() => Promise<string | null>) | null;
}

/** Authenticate by the session cookie, with the CSRF token on writes. */
export function cookieAuth({ fetchCsrfToken, isSignedIn, fetchTicket }: CookieAuthOptions): Auth {
  /** For the next socket. Requested only after the server closed one with 4401. */
  let ticket: string | null = null;
  return {
    // The session cookie is not readable, but signing in needs a CSRF token and replaces it.
    mayHaveSession() {
      const token = csrfToken();
      return token !== null && token !== siteStorage.getItem(NO_SESSION_WITH);
    },
    noteSession(exists) {
      const token = csrfToken();
      if (exists) siteStorage.removeItem(NO_SESSION_WITH);
      else if (token !== null) siteStorage.setItem(NO_SESSION_WITH, token);
    },
    async headersFor({ method }) {
      if (method === 'get') return {};
      if (csrfToken() === null) await fetchCsrfToken();
      const token = csrfToken();
      return token === null ? {} : { [CSRF_HEADER]: token };
    },
    async recover({ code }) {
      if (code !== 'csrf_failed') return false;
      // Another tab signed in or out, which rotated the CSRF token.
      await fetchCsrfToken();
      return true;
    },
    subprotocols() {
      const offered = ticket === null ? [] : ['seatcast', `ticket.${ticket}`];
      ticket = null;
      return Promise.resolve(offered);
    },
    async recoverSocket() {
      // The session may have moved to a new cookie, e.g. after a password change.
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
