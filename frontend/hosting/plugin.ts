import type { Plugin } from 'vite';

import { headersFile } from './headers';
import { redirectsFile, SIGNED_BY } from './redirects';

const SETTING = 'VITE_API_URL';
const FORWARDING = 'VITE_API_FORWARDED';
const THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** Emit `_headers` and `_redirects` into builds for a static host. */
export function staticHost(): Plugin {
  let server: URL | null = null;
  let isForwarded = false;
  return {
    name: 'seatcast-static-host',
    apply: 'build',
    configResolved({ env }) {
      server = serverNamed(String(env[SETTING] ?? ''), process.env['NETLIFY'] === 'true');
      isForwarded = isOn(String(env[FORWARDING] ?? ''), server);
    },
    generateBundle() {
      if (server === null) return;
      const headers = headersFile(server, isForwarded);
      this.emitFile({ type: 'asset', fileName: '_headers', source: headers });
      if (!isForwarded) return;
      const redirects = redirectsFile(server, (process.env[SIGNED_BY] ?? '') !== '');
      this.emitFile({ type: 'asset', fileName: '_redirects', source: redirects });
    },
  };
}

/** Parse the forwarding setting. Throws if there is no server to forward to. */
export function isOn(said: string, server: URL | null): boolean {
  if (!['', 'true', 'false'].includes(said)) {
    throw new Error(`${FORWARDING} is ${JSON.stringify(said)}, and has to be true or false.`);
  }
  if (said === 'true' && server === null) {
    throw new Error(`${FORWARDING} needs ${SETTING}: where calls are forwarded to.`);
  }
  return said === 'true';
}

/**
 * Parse the API server's origin; null if the server also serves the client, which is an error on a
 * static host.
 *
 * Throws for a URL that the page could not use.
 */
export function serverNamed(named: string, isElsewhere: boolean): URL | null {
  if (named === '') {
    if (isElsewhere) throw new Error(`Set ${SETTING} to the address of the API's server.`);
    return null;
  }
  const server = URL.canParse(named) ? new URL(named) : null;
  if (
    server === null ||
    !/^https?:$/.test(server.protocol) ||
    `${server.origin}/` !== server.href
  ) {
    throw new Error(
      `${SETTING} is ${JSON.stringify(named)}, and has to be like https://seats.example.org.`,
    );
  }
  if (server.protocol === 'http:' && !THIS_MACHINE.includes(server.hostname)) {
    throw new Error(`${SETTING} has to be https: tokens would travel in the clear.`);
  }
  return server;
}
