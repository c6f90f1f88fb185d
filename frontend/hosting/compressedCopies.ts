import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const TEXT = /\.(?:css|html|js|json|svg|txt|webmanifest)$/;
/** Smaller files fit into one network packet anyway. */
const MIN_BYTES = 1_000;

/**
 * Write a brotli and a gzip copy beside each text file of the build, for our servers to send. A
 * static host compresses by itself.
 */
export function compressedCopies(): Plugin {
  let folder: string | null = null;
  return {
    name: 'seatcast-compressed-copies',
    apply: 'build',
    configResolved({ root, build, env }) {
      if (String(env['VITE_API_URL'] ?? '') === '') folder = resolve(root, build.outDir);
    },
    // After all files are written, those of other plugins and of `public` too.
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: () => {
        if (folder !== null) writeCopies(folder);
      },
    },
  };
}

/** Write the copies of all files in a folder that have some size. */
export function writeCopies(folder: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const path of names.filter((name) => TEXT.test(name)).map((name) => resolve(folder, name))) {
    const content = readFileSync(path);
    if (content.length < MIN_BYTES) continue;
    const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    writeFileSync(`${path}.br`, brotliCompressSync(content, options));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}
