import { type Dispatch, type SetStateAction, useState } from 'react';

interface Toggled {
  readonly names: ReadonlySet<string>;
  readonly setNames: Dispatch<SetStateAction<ReadonlySet<string>>>;
  /** Stable across renders. */
  readonly toggle: (name: string) => void;
}

/**
 * A set of names to toggle. `toggle` is created in this function because closures of one scope
 * share their variables, and there it would keep the seats of the first render in memory.
 */
export function useToggleSet(initial: () => ReadonlySet<string>): Toggled {
  const [names, setNames] = useState(initial);
  const [toggle] = useState(() => (name: string) => {
    setNames((before) => toggled(before, name));
  });
  return { names, setNames, toggle };
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const others = new Set(names);
  if (!others.delete(name)) others.add(name);
  return others;
}
