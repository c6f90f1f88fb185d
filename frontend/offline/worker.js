/**
 * Shows the offline page when a navigation fails. Nothing else is cached: the app always comes from
 * the network, and API calls and sockets are not intercepted. The exception is the page that scans
 * tickets: a device that is set up for a door has kept the app (`features/door/offlinePage.ts`).
 */

const PREFIX = 'seatcast-offline-';
const CACHE = `${PREFIX}__VERSION__`;
const PAGE = '/offline.html';
const FILES = [PAGE, '/offline.css', '/offline.js', '/favicon.svg'];
const DOOR_CACHE = 'seatcast-door';
const DOOR = /^\/door\//;
const ASSET = /^\/assets\//;
const NOT_OF_THE_APP = /^\/(api|admin|static|ws)\//;

self.addEventListener('install', (event) => {
  event.waitUntil(keepFiles());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== 'GET') return;
  if (request.mode === 'navigate') {
    // No navigation preload: in Firefox, a failed one aborts the navigation.
    if (DOOR.test(pathname)) {
      event.respondWith(fetch(request).catch(async () => (await keptForDoor('/')) ?? kept(PAGE)));
    } else if (!NOT_OF_THE_APP.test(pathname)) {
      event.respondWith(fetch(request).catch(() => kept(PAGE)));
    }
  } else if (ASSET.test(pathname)) {
    event.respondWith(
      fetch(request).catch(async () => (await keptForDoor(request)) ?? Response.error()),
    );
  } else if (FILES.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function keptForDoor(request) {
  return (await caches.has(DOOR_CACHE)) && (await (await caches.open(DOOR_CACHE)).match(request));
}

async function kept(path) {
  return (await caches.match(path)) ?? Response.error();
}
