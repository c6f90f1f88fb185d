import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  request as sendPlain,
  type ServerResponse,
} from 'node:http';
import { request as sendEncrypted } from 'node:https';
import { extname, join, resolve } from 'node:path';

import {
  configuration,
  type Forwarding,
  forwardingIn,
  isOf,
  type Redirect,
  type Rules,
  rulesIn,
} from '../hosting/rules';

const CONFIGURATION = resolve(import.meta.dirname, '../../netlify.toml');
const TYPES: Readonly<Partial<Record<string, string>>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface StaticHost {
  readonly close: () => void;
}

/**
 * Serve a built client like Netlify, by `netlify.toml`, `_headers` and `_redirects`. Forwarded
 * requests carry `client` as their client address.
 */
export async function staticHost(
  folder: string,
  port: number,
  client = '127.0.0.1',
): Promise<StaticHost> {
  const { redirects } = configuration(await readFile(CONFIGURATION, 'utf8'));
  const rules = rulesIn(await readFile(join(folder, '_headers'), 'utf8'));
  const forwarding = forwardingIn(
    await readFile(join(folder, '_redirects'), 'utf8').catch(() => ''),
  );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const rule = forwarding.find(({ from }) => pathname.startsWith(from));
    if (rule !== undefined) {
      forward(request, response, rule, client);
      return;
    }
    void answer(response, { folder, pathname, rules, redirects });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { from, to, signedBy }: Forwarding,
  client: string,
): void {
  const target = new URL(to + (request.url ?? '').slice(from.length));
  const secret = signedBy === null ? '' : (process.env[signedBy] ?? '');
  const headers = {
    ...request.headers,
    host: target.host,
    'x-forwarded-for': client,
    'x-nf-client-connection-ip': client,
    ...(secret !== '' && { 'x-nf-sign': signature(secret) }),
  };
  const send = target.protocol === 'https:' ? sendEncrypted : sendPlain;
  // The stack's certificate is self-signed.
  const options = { method: request.method, headers, rejectUnauthorized: false };
  const sent = send(target, options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.destroy());
  request.pipe(sent);
}

/** The JSON web token by which Netlify signs forwarded requests. */
function signature(secret: string): string {
  const coded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'netlify', exp: Math.floor(Date.now() / 1000) + 300 };
  const said = `${coded({ alg: 'HS256', typ: 'JWT' })}.${coded(claims)}`;
  return `${said}.${createHmac('sha256', secret).update(said).digest('base64url')}`;
}

interface Asked {
  readonly folder: string;
  readonly pathname: string;
  readonly rules: Rules;
  readonly redirects: readonly Redirect[];
}

async function answer(
  response: ServerResponse,
  { folder, pathname, rules, redirects }: Asked,
): Promise<void> {
  const redirect = redirects.find(({ from }) => isOf(from, pathname));
  const own = await contentOf(folder, pathname);
  const shown = own === null && redirect !== undefined ? redirect.to : pathname;
  const content = own ?? (await contentOf(folder, shown));
  response.statusCode = own === null ? (redirect?.status ?? 404) : 200;
  response.setHeader('Content-Type', TYPES[extname(shown)] ?? 'text/html; charset=utf-8');
  for (const [rule, headers] of rules) {
    if (isOf(rule, pathname)) for (const [name, value] of headers) response.setHeader(name, value);
  }
  response.end(content);
}

/** Null if the file does not exist. */
async function contentOf(folder: string, pathname: string): Promise<Buffer | null> {
  const path = join(folder, pathname === '/' ? 'index.html' : pathname);
  return readFile(path).catch(() => null);
}
