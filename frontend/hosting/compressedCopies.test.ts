import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { writeCopies } from './compressedCopies';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copies-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('writes a brotli and a gzip copy of each text file of some size', () => {
  const script = 'take(seat);'.repeat(200);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'index-abc.js'), script);
  writeFileSync(join(folder, 'index.html'), '<p>short</p>');
  writeFileSync(join(folder, 'picture.png'), script);
  writeFileSync(join(folder, '_headers'), script);

  writeCopies(folder);

  const copy = (ending: string) => readFileSync(join(folder, 'assets', `index-abc.js${ending}`));
  expect(brotliDecompressSync(copy('.br')).toString()).toBe(script);
  expect(gunzipSync(copy('.gz')).toString()).toBe(script);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => /\.(?:br|gz)$/.test(name))).toHaveLength(2);
});
