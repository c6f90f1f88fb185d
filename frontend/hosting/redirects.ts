/** The variable by which Netlify signs what it forwards, and the server knows that it was Netlify. */
export const SIGNED_BY = 'SEATCAST_FORWARDING_SECRET';

/**
 * Rules by which a static host forwards calls, as `_redirects`: `netlify.toml` cannot have the
 * server's name from a variable. They come before the rules there.
 */
export function redirectsFile({ origin }: URL, isSigned: boolean): string {
  return `/api/* ${origin}/api/:splat 200!${isSigned ? ` Sign=${SIGNED_BY}` : ''}\n`;
}
