/** `crypto.randomUUID` exists only in secure contexts, and a box office on a LAN is plain HTTP. */
export function newIdempotencyKey(source: Crypto = crypto): string {
  if ('randomUUID' in source) return source.randomUUID();
  const bytes = (source as Crypto).getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
