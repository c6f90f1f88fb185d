import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join, resolve } from 'node:path';

import { configuration, isOf, type Redirect, type Rules, rulesIn } from '../hosting/rules';

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

/** Serves a built client as Netlify would: by what `netlify.toml` and the build's `_headers` say. */
export async function staticHost(folder: string, port: number): Promise<StaticHost> {
  const { redirects } = configuration(await readFile(CONFIGURATION, 'utf8'));
  const rules = rulesIn(await readFile(join(folder, '_headers'), 'utf8'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
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

/** Null for a file that is not there. */
async function contentOf(folder: string, pathname: string): Promise<Buffer | null> {
  const path = join(folder, pathname === '/' ? 'index.html' : pathname);
  return readFile(path).catch(() => null);
}
