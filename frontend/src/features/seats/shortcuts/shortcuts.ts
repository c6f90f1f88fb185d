/** What a single key can do, in the order in which it is explained. */
export const SHORTCUTS = [
  { name: 'map', keys: ['m'] },
  { name: 'list', keys: ['l'] },
  { name: 'find', keys: ['f'] },
  { name: 'basket', keys: ['b'] },
  { name: 'reserve', keys: ['r'] },
  // On many keyboards + is reached with Shift, and the key itself says =.
  { name: 'zoomIn', keys: ['+', '='] },
  { name: 'zoomOut', keys: ['-'] },
  { name: 'showAll', keys: ['0'] },
  { name: 'help', keys: ['?'] },
] as const;

export type Shortcut = (typeof SHORTCUTS)[number]['name'];

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** Held down, these go on. */
const REPEATING: readonly Shortcut[] = ['zoomIn', 'zoomOut'];

/** What is meant by a key, going by what it types rather than by where it is. */
export function shortcutOf(press: Press): Shortcut | null {
  // With these it belongs to the browser, or to the person's own tools.
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const key = press.key.toLowerCase();
  const found = SHORTCUTS.find(({ keys }) => keys.some((one) => one === key));
  if (found === undefined) return null;
  return press.repeat && !REPEATING.includes(found.name) ? null : found.name;
}

const TYPED_INTO =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';

/** Whether keys go into something that takes letters. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPED_INTO) !== null;
}
