/**
 * What a static host says with the client's files, as `_headers`, which Netlify and others read.
 *
 * It is what `deploy/Caddyfile` says with the same files, and a test holds it to that, with the
 * server as one more place that the page may connect to; where calls are forwarded, its sockets.
 */

const ASSETS = '/assets/*';
/** By these names a browser finds all others. */
const ASKED_FOR_ANEW = ['/', '/index.html', '/sw.js'];

export function headersFile(server: URL, isForwarded: boolean): string {
  const rules = new Map([['/*', saidOfAll(server, isForwarded)]]);
  // No file has two rules that say this: what a host makes of that differs.
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
    'img-src': "'self'",
    'connect-src': isForwarded ? `'self' ${sockets}` : `'self' ${origin} ${sockets}`,
    'worker-src': "'self'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
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
