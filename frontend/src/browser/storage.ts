export interface PageStorage extends Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  /** Whether the last written value will survive a reload. */
  readonly isLasting: () => boolean;
}

/** Wrap a browser storage. If it is blocked or full, values are kept in memory. */
export function pageStorage(open: () => Storage): PageStorage {
  const unstored = new Map<string, string>();
  let isLasting = true;

  function attempt<Result>(act: (storage: Storage) => Result): Result | null {
    try {
      const result = act(open());
      isLasting = true;
      return result;
    } catch {
      // Accessing blocked storage throws.
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

/** Shared by all tabs. */
export const siteStorage = pageStorage(() => localStorage);
/** For this tab only. */
export const tabStorage = pageStorage(() => sessionStorage);
