import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { firstLoadBytes } from './firstLoad';

function chunk(fileName: string, ...imports: readonly string[]) {
  const code = randomBytes(400).toString('hex');
  return { fileName, isEntry: fileName === 'index.js', imports, code };
}

it('counts what the entry imports statically, each chunk once, and nothing else', () => {
  const index = chunk('index.js', 'app.js', 'libraries.js');
  const app = chunk('app.js', 'libraries.js');
  const libraries = chunk('libraries.js', 'app.js');
  const page = chunk('AccountPage.js', 'app.js', 'form.js');
  const bytes = [index, app, libraries].map(({ code }) => gzipSync(code, { level: 9 }).length);
  expect(firstLoadBytes([page, index, app, libraries, chunk('form.js')])).toBe(
    bytes.reduce((sum, one) => sum + one),
  );
});
