const named = import.meta.env.VITE_API_URL ?? '';

/** The server of a client that is hosted elsewhere; null if the server also serves the page. */
export const serverOrigin: URL | null = named === '' ? null : new URL(named);

/**
 * `serverOrigin` if the browser calls it directly; null if the page's host is or forwards to the
 * server. Cross-origin calls have no cookies, so such a client signs in with tokens.
 */
export const crossOriginApi: URL | null =
  import.meta.env.VITE_API_FORWARDED === 'true' ? null : serverOrigin;
