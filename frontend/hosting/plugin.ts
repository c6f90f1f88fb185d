import type { Plugin } from 'vite';

import { headersFile } from './headers';
import { redirectsFile, SIGNED_BY } from './redirects';

const SETTING = 'VITE_API_URL';
const FORWARDING = 'VITE_API_FORWARDED';
const THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** Writes what a static host needs, into a build that is made for one. */
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

/** Whether calls are forwarded; there has to be a server to forward them to. */
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
 * Null for a client that is served by the server itself, which none is that `isElsewhere`.
 *
 * A name that the page could not use is refused while somebody looks.
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
