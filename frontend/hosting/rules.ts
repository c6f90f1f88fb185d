/** As far as a static host has to understand its files to serve ours. */

export type Rules = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface Redirect {
  readonly from: string;
  readonly to: string;
  readonly status: number;
}

export interface Forwarding {
  /** What the paths begin with that are forwarded, and what that is replaced by. */
  readonly from: string;
  readonly to: string;
  /** The variable with the secret that calls are signed by. */
  readonly signedBy: string | null;
}

/** The rules of a `_redirects` file that forward: of its syntax, what ours is written in. */
export function forwardingIn(text: string): readonly Forwarding[] {
  const lines = text.matchAll(/^(\S+)\* (\S+):splat 200!(?: Sign=(\w+))?$/gm);
  return [...lines].map(([, from = '', to = '', signedBy = null]) => ({ from, to, signedBy }));
}

/** The headers of a `_headers` file, by the paths that they are for. */
export function rulesIn(text: string): Rules {
  const rules = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s+([\w-]+): (.+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) current.set(name, value);
    else if (line.startsWith('/')) rules.set(line, (current = new Map<string, string>()));
  }
  return rules;
}

/** What `netlify.toml` says: of its syntax, what ours is written in. */
export function configuration(text: string): {
  readonly build: ReadonlyMap<string, string>;
  readonly redirects: readonly Redirect[];
} {
  const [build = '', ...others] = text.split('[[redirects]]');
  const redirects = others.map(valuesIn).map((values) => ({
    from: values.get('from') ?? '',
    to: values.get('to') ?? '',
    status: Number(values.get('status')),
  }));
  return { build: valuesIn(build), redirects };
}

function valuesIn(table: string): ReadonlyMap<string, string> {
  const lines = table.matchAll(/^(\w+) = "?([^"\n]*)"?$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** Whether a path is one of a rule's. */
export function isOf(rule: string, path: string): boolean {
  return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
}
