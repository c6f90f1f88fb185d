import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '..');
const PHYSICAL =
  /^\s*((margin|padding|border)-(left|right)\b.*|(left|right):.*|(text-align|float|clear): (left|right);)$/gm;
/** Four lengths, of which the second and the last differ. */
const LOPSIDED = /^\s*(?:margin|padding): [^\s(]+ ([^\s(]+) [^\s(]+ (?!\1;)[^\s(]+;$/gm;

it('styles use logical directions instead of left and right', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const styles = files.filter((file) => file.endsWith('.css'));
  expect(styles).not.toEqual([]);
  const found = styles.flatMap((file) => {
    const style = readFileSync(resolve(SOURCES, file), 'utf8');
    return [PHYSICAL, LOPSIDED].flatMap((pattern) =>
      (style.match(pattern) ?? []).map((line) => `${file}: ${line.trim()}`),
    );
  });
  expect(found).toEqual([]);
});
