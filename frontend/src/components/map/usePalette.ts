import { useEffect, useState } from 'react';

import { type Palette, paletteOf } from '@/canvas/palette';

const THEMES = [
  '(prefers-color-scheme: dark)',
  '(prefers-contrast: more)',
  '(forced-colors: active)',
];

/** The colours of the current theme. A new object whenever the colour scheme changes. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => {
    const watching = new AbortController();
    for (const query of THEMES) {
      matchMedia(query).addEventListener(
        'change',
        () => {
          setPalette(readPalette());
        },
        { signal: watching.signal },
      );
    }
    return () => {
      watching.abort();
    };
  }, []);
  return palette;
}

function readPalette(): Palette {
  return paletteOf(document.body);
}
