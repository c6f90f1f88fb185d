/**
 * Headers for static hosts as a `_headers` file, which Netlify and others read.
 *
 * The same as in `deploy/Caddyfile`, which a test checks, except that `connect-src` also allows the
 * API server. With forwarding, only sockets and event streams go there, under `/ws/`.
 */

const ASSETS = '/assets/*';
/** Revalidated on every load: these files name all others. */
const ASKED_FOR_ANEW = ['/', '/index.html', '/sw.js'];

export function headersFile(server: URL, isForwarded: boolean): string {
  const rules = new Map([['/*', saidOfAll(server, isForwarded)]]);
  // No path matches two rules that set this header: hosts differ in how they merge them.
  rules.set(ASSETS, { 'Cache-Control': 'public, max-age=31536000, immutable' });
  for (const path of ASKED_FOR_ANEW) rules.set(path, { 'Cache-Control': 'no-cache' });
  return [...rules].map(([path, headers]) => `${path}\n${lines(headers)}`).join('');
}

type Headers = Readonly<Record<string, string>>;

function saidOfAll({ origin }: URL, isForwarded: boolean): Headers {
  const sockets = origin.replace(/^http/, 'ws');
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    // Files that the user has chosen, and pictures of events.
    'img-src': isForwarded ? "'self' blob:" : `'self' blob: ${origin}`,
    'connect-src': isForwarded ? `'self' ${origin}/ws/ ${sockets}` : `'self' ${origin} ${sockets}`,
    'worker-src': "'self'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'Permissions-Policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Strict-Transport-Security': 'max-age=31536000',
  };
}

function lines(headers: Headers): string {
  return Object.entries(headers)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('');
}
