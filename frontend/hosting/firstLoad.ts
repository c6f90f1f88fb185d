import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** Units of 1,000 bytes. The map page loads 173. */
const MAX_KILOBYTES = 175;

interface Chunk {
  readonly fileName: string;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly code: string;
}

/** Fail a build whose first page loads too much JavaScript. */
export function firstLoadLimit(): Plugin {
  return {
    name: 'seatcast-first-load-limit',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const kilobytes = firstLoadBytes(chunks) / 1000;
        if (kilobytes > MAX_KILOBYTES) {
          this.error(
            `The first page loads ${kilobytes.toFixed(1)} KB of JavaScript, gzipped, and may load ` +
              `${MAX_KILOBYTES.toFixed(0)}. Import what it does not need when it is needed.`,
          );
        }
      },
    },
  };
}

/** The gzipped bytes of the entry and of all that it imports statically: the map page has no other. */
export function firstLoadBytes(chunks: readonly Chunk[]): number {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set<Chunk>();
  const load = (chunk: Chunk | undefined) => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(byName.get(name));
  };
  for (const chunk of chunks) if (chunk.isEntry) load(chunk);
  return [...loaded].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
