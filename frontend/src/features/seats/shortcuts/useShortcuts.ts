import { useEffect, useEffectEvent } from 'react';

import { isTyping, type Shortcut, shortcutOf } from '@/features/seats/shortcuts/shortcuts';

export type ShortcutActions = Readonly<Record<Shortcut, () => void>>;

interface ShortcutOptions {
  /** Whether shortcuts are enabled. */
  readonly areOn: boolean;
  readonly actions: ShortcutActions;
  /** Escape always works. */
  readonly onEscape: () => void;
}

/** Handle keys while no dialog is open. */
export function useShortcuts({ areOn, actions, onEscape }: ShortcutOptions): void {
  const take = useEffectEvent((press: KeyboardEvent) => {
    if (press.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
    if (press.key === 'Escape') {
      onEscape();
      return;
    }
    const shortcut = areOn && !isTyping(press.target) ? shortcutOf(press) : null;
    if (shortcut === null) return;
    press.preventDefault();
    actions[shortcut]();
  });
  useEffect(() => {
    function listen(press: KeyboardEvent) {
      take(press);
    }
    document.addEventListener('keydown', listen);
    return () => {
      document.removeEventListener('keydown', listen);
    };
  }, []);
}
