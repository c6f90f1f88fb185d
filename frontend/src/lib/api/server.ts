const named = import.meta.env.VITE_API_URL ?? '';

/**
 * The server of a client that is built to be served from elsewhere; null when it is the one that
 * the page came from. Cookies are not sent there, so that such a client signs in with tokens.
 */
export const serverElsewhere: URL | null = named === '' ? null : new URL(named);
