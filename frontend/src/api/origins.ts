const named = import.meta.env.VITE_API_URL ?? '';

/** The server of a client that is built to be served from elsewhere; null when it is the page's. */
export const serverOrigin: URL | null = named === '' ? null : new URL(named);

/**
 * The same where calls go straight to it; null where they go to the page's own host, be that the
 * server or one that forwards them. Cookies are not sent elsewhere, so that such a client signs in
 * with tokens.
 */
export const crossOriginApi: URL | null =
  import.meta.env.VITE_API_FORWARDED === 'true' ? null : serverOrigin;
