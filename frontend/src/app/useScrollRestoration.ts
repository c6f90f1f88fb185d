import { useEffect, useLayoutEffect, useRef } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

/** Start a new page at its top, and return to where one was on the way back and forward. */
export function useScrollRestoration(): void {
  const { key, pathname } = useLocation();
  const navigation = useNavigationType();
  const shown = useRef({ key, pathname });
  const positions = useRef(new Map<string, number>());

  useEffect(() => {
    const remember = () => positions.current.set(shown.current.key, scrollY);
    const wiring = new AbortController();
    addEventListener('scroll', remember, { passive: true, signal: wiring.signal });
    return () => {
      wiring.abort();
    };
  }, []);

  useLayoutEffect(() => {
    const isNewPage = shown.current.pathname !== pathname;
    shown.current = { key, pathname };
    if (!isNewPage) return;
    const isReturn = navigation === NavigationType.Pop;
    scrollTo(0, isReturn ? (positions.current.get(key) ?? 0) : 0);
  }, [key, pathname, navigation]);
}
