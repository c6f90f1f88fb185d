import { useEffect, useState } from 'react';

const THEMES = [
  '(prefers-color-scheme: dark)',
  '(prefers-contrast: more)',
  '(forced-colors: active)',
];

/** Changes whenever the colour scheme changes. */
export function useTheme(): number {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const watching = new AbortController();
    for (const query of THEMES) {
      matchMedia(query).addEventListener(
        'change',
        () => {
          setTheme((before) => before + 1);
        },
        { signal: watching.signal },
      );
    }
    return () => {
      watching.abort();
    };
  }, []);
  return theme;
}
