import { useState } from 'react';

const STORED_AS = 'seatcast.shortcuts';
const OFF = 'off';

/** Whether this person wants single keys to do anything here. */
export function useShortcutSetting(): readonly [boolean, (areOn: boolean) => void] {
  const [areOn, setAreOn] = useState(() => localStorage.getItem(STORED_AS) !== OFF);

  function turn(on: boolean): void {
    if (on) localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, OFF);
    setAreOn(on);
  }

  return [areOn, turn];
}
