import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { headersFile } from './headers';
import { isOn, serverNamed } from './plugin';
import { redirectsFile } from './redirects';
import { configuration, forwardingIn, rulesIn } from './rules';

const FOLDER = resolve(import.meta.dirname, '..');
const SERVER = 'https://seats.example.org';

function read(path: string): string {
  return readFileSync(resolve(FOLDER, path), 'utf8');
}

const proxy = read('../deploy/Caddyfile');
const rules = rulesIn(headersFile(new URL(SERVER), false));

function saidOf(path: string): ReadonlyMap<string, string> {
  return rules.get(path) ?? new Map<string, string>();
}

describe('headers of a static host', () => {
  it("equal the proxy's headers except for the server's origin", () => {
    const byTheProxy = [...proxy.matchAll(/^\t+\?([\w-]+) (?:"(.+)"|(\S+))$/gm)].map(
      ([, name = '', quoted, bare]) => [name, quoted ?? bare] as const,
    );
    expect(byTheProxy.length).toBeGreaterThan(3);
    const expected = new Map(byTheProxy);
    const policy = expected.get('Content-Security-Policy');
    if (policy !== undefined) {
      const places = `connect-src 'self' ${SERVER} wss://seats.example.org;`;
      const withPictures = policy.replace(
        "img-src 'self' blob:;",
        `img-src 'self' blob: ${SERVER};`,
      );
      expected.set('Content-Security-Policy', withPictures.replace("connect-src 'self';", places));
    }
    for (const [name, value] of expected)
      expect([name, saidOf('/*').get(name)]).toEqual([name, value]);
  });

  it('allow no inline scripts or styles', () => {
    expect(saidOf('/*').get('Content-Security-Policy')).not.toMatch(/unsafe|data:|\*/);
  });

  it('let browsers cache hashed files forever and nothing else', () => {
    const forGood = saidOf('/assets/*').get('Cache-Control');
    expect(proxy).toContain(`header @asset Cache-Control "${forGood ?? ''}"`);
    for (const path of ['/', '/index.html', '/sw.js']) {
      expect([path, saidOf(path).get('Cache-Control')]).toEqual([path, 'no-cache']);
    }
    expect(saidOf('/*').has('Cache-Control')).toBe(false);
  });
});

describe('the configured API server', () => {
  it.each([SERVER, `${SERVER}:8443/`, 'http://127.0.0.1:8000', 'http://localhost:8000'])(
    'may be %s',
    (named) => {
      expect(serverNamed(named, true)?.origin).toBe(new URL(named).origin);
    },
  );

  it.each([
    'seats.example.org',
    `${SERVER}/api/`,
    `${SERVER}?a=b`,
    'https://me:secret@seats.example.org',
    'wss://seats.example.org',
    'http://seats.example.org',
  ])('may not be %s', (named) => {
    expect(() => serverNamed(named, true)).toThrow(/^VITE_API_URL /);
  });

  it('is required on a static host and optional elsewhere', () => {
    expect(() => serverNamed('', true)).toThrow('Set VITE_API_URL');
    expect(serverNamed('', false)).toBeNull();
  });
});

describe('a forwarding host', () => {
  it('has a forwarding rule, signed if there is a secret', () => {
    const server = new URL(SERVER);
    const rule = { from: '/api/', to: `${SERVER}/api/` };
    expect(forwardingIn(redirectsFile(server, false))).toEqual([{ ...rule, signedBy: null }]);
    expect(forwardingIn(redirectsFile(server, true))).toEqual([
      { ...rule, signedBy: 'SEATCAST_FORWARDING_SECRET' },
    ]);
  });

  it("allows connections to itself and to the server's sockets only", () => {
    const policy = rulesIn(headersFile(new URL(SERVER), true)).get('/*');
    expect(policy?.get('Content-Security-Policy')).toContain(
      "connect-src 'self' https://seats.example.org/ws/ wss://seats.example.org;",
    );
  });

  it('needs the setting and a server', () => {
    const server = new URL(SERVER);
    expect([isOn('', server), isOn('false', null), isOn('true', server)]).toEqual([
      ...[false, false, true],
    ]);
    expect(() => isOn('yes', server)).toThrow(/^VITE_API_FORWARDED is "yes"/);
    expect(() => isOn('true', null)).toThrow(/^VITE_API_FORWARDED needs VITE_API_URL/);
  });
});

describe('netlify.toml', () => {
  const { build, redirects } = configuration(read('../netlify.toml'));
  const { scripts, engines } = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly engines: { readonly node: string };
  };

  it('uses the usual build command', () => {
    expect(build.get('base')).toBe('frontend');
    expect(build.get('publish')).toBe('dist');
    const [, script = ''] = /^npm run (\w+)$/.exec(build.get('command') ?? '') ?? [];
    expect(scripts[script]).toContain('vite build');
  });

  it('uses the Node version of the image', () => {
    const version = build.get('NODE_VERSION') ?? '';
    expect(read('../Dockerfile')).toContain(`NODE_IMAGE=node:${version}.`);
    expect(Number(version)).toBeGreaterThan(Number(/\d+/.exec(engines.node)?.[0]));
  });

  it('serves the page for every path except missing assets', () => {
    expect(redirects).toEqual([
      { from: '/assets/*', to: '/index.html', status: 404 },
      { from: '/*', to: '/index.html', status: 200 },
    ]);
  });
});
