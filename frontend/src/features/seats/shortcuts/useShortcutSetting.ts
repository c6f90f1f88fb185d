import { useState } from 'react';

import { siteStorage } from '@/browser/storage';

const STORED_AS = 'seatcast.shortcuts';
const OFF = 'off';

/** Whether single-key shortcuts are enabled, stored. */
export function useShortcutSetting(): readonly [boolean, (areOn: boolean) => void] {
  const [areOn, setAreOn] = useState(() => siteStorage.getItem(STORED_AS) !== OFF);

  function turn(on: boolean): void {
    if (on) siteStorage.removeItem(STORED_AS);
    else siteStorage.setItem(STORED_AS, OFF);
    setAreOn(on);
  }

  return [areOn, turn];
}
