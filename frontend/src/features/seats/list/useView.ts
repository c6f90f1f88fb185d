import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { siteStorage } from '@/browser/storage';

export type View = 'map' | 'list';

const STORED_AS = 'seatcast.view';
const PARAMETER = 'view';

/** The chosen view: from the URL, which can be shared, else the stored choice. */
export function useView(): readonly [View, (view: View) => void] {
  const [search, setSearch] = useSearchParams();
  const [remembered, setRemembered] = useState(() => viewOf(siteStorage.getItem(STORED_AS)));
  const view = viewOf(search.get(PARAMETER)) ?? remembered ?? 'map';

  function choose(next: View): void {
    siteStorage.setItem(STORED_AS, next);
    setRemembered(next);
    setSearch(
      (before) => {
        if (next === 'list') before.set(PARAMETER, next);
        else before.delete(PARAMETER);
        return before;
      },
      { replace: true },
    );
  }

  return [view, choose];
}

function viewOf(text: string | null): View | null {
  return text === 'map' || text === 'list' ? text : null;
}
