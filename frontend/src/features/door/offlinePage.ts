/** As in `offline/worker.js`, which answers with these files while there is no network. */
const CACHE = 'seatcast-door';

/**
 * Keep the page, as it is loaded now, for use without a network. Throws if that fails, and leaves
 * what was kept before.
 */
export async function keepPageOffline(): Promise<void> {
  const loaded = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && isFile(pathname))
    .map(({ href }) => href);
  const cache = await caches.open(CACHE);
  const files = new Set([new URL('/', location.origin).href, ...loaded]);
  await cache.addAll([...files]);
  for (const { url } of await cache.keys()) {
    if (!files.has(url)) await cache.delete(url);
  }
}

function isFile(pathname: string): boolean {
  return pathname.startsWith('/assets/') || pathname === '/favicon.svg';
}
