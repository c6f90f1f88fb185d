// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

// Loads the whole app, which a busy machine takes a while for.
it('the app starts where the browser lets it store nothing', async () => {
  for (const name of ['localStorage', 'sessionStorage']) {
    vi.spyOn(globalThis, name as 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
  }
  const [{ reloadOnStaleBuild }, { startLanguage, language, locale }] = await Promise.all([
    import('@/app/staleBuild'),
    import('@/i18n/language'),
    import('@/app/App'),
  ]);
  reloadOnStaleBuild();
  await startLanguage();
  expect([language(), locale()]).toEqual(['en', 'en-US']);
}, 60_000);
