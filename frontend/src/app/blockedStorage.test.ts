// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
});

// Loads the whole app, which takes a while on a busy machine.
it('the app starts when storage is blocked', async () => {
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
