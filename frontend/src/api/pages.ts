/** The cursor of the next page, null on the last one. */
export function cursorOf(headers: Headers): string | null {
  const url = /<([^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  return url === undefined ? null : new URL(url, location.href).searchParams.get('before');
}
