/** Parsers for the subset of a static host's files that this project uses. */

export type Rules = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface Redirect {
  readonly from: string;
  readonly to: string;
  readonly status: number;
}

export interface Forwarding {
  /** Path prefix, and its replacement. */
  readonly from: string;
  readonly to: string;
  /** Environment variable with the signing secret. */
  readonly signedBy: string | null;
}

/** Parse the forwarding rules of a `_redirects` file. */
export function forwardingIn(text: string): readonly Forwarding[] {
  const lines = text.matchAll(/^(\S+)\* (\S+):splat 200!(?: Sign=(\w+))?$/gm);
  return [...lines].map(([, from = '', to = '', signedBy = null]) => ({ from, to, signedBy }));
}

/** Parse a `_headers` file: headers by path. */
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

/** Parse `netlify.toml`. */
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

/** Whether a rule's path pattern matches. */
export function isOf(rule: string, path: string): boolean {
  return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
}
