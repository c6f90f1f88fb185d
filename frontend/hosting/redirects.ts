/** Environment variable with the secret by which Netlify signs forwarded requests. */
export const SIGNED_BY = 'SEATCAST_FORWARDING_SECRET';

/**
 * Forwarding rules as a `_redirects` file, since `netlify.toml` cannot contain variables. They
 * apply before the rules there.
 */
export function redirectsFile({ origin }: URL, isSigned: boolean): string {
  return `/api/* ${origin}/api/:splat 200!${isSigned ? ` Sign=${SIGNED_BY}` : ''}\n`;
}
