import { useEffect } from 'react';

/** Let the browser ask before the page is left with unsaved changes. */
export function useLeaveWarning(hasUnsaved: boolean): void {
  useEffect(() => {
    if (!hasUnsaved) return undefined;
    const warn = (leaving: BeforeUnloadEvent) => {
      leaving.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
    };
  }, [hasUnsaved]);
}
