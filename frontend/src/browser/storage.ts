export interface PageStorage extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  /** Whether what was set last is still there when the page has been loaded again. */
  readonly isLasting: () => boolean;
}

/**
 * What the browser stores for this site. Where it lets the site store nothing, or no more, values
 * last as long as the page.
 */
export function pageStorage(open: () => Storage): PageStorage {
  const unstored = new Map<string, string>();
  let isLasting = true;

  function attempt<Result>(act: (storage: Storage) => Result): Result | null {
    try {
      const result = act(open());
      isLasting = true;
      return result;
    } catch {
      // Blocked or full: reading the very name of a blocked storage throws.
      isLasting = false;
      return null;
    }
  }

  return {
    isLasting: () => isLasting,
    getItem: (key) => unstored.get(key) ?? attempt((storage) => storage.getItem(key)),
    setItem(key, value) {
      attempt((storage) => {
        storage.setItem(key, value);
      });
      if (isLasting) unstored.delete(key);
      else unstored.set(key, value);
    },
    removeItem(key) {
      unstored.delete(key);
      attempt((storage) => {
        storage.removeItem(key);
      });
    },
  };
}

/** For this site, in all tabs. */
export const siteStorage = pageStorage(() => localStorage);
/** For this tab. */
export const tabStorage = pageStorage(() => sessionStorage);
