/** Single-key shortcuts, in the order of the help dialog. */
export const SHORTCUTS = [
  { name: 'map', keys: ['m'] },
  { name: 'list', keys: ['l'] },
  { name: 'find', keys: ['f'] },
  { name: 'basket', keys: ['b'] },
  { name: 'reserve', keys: ['r'] },
  // On many keyboards + needs Shift, and the key alone types =.
  { name: 'zoomIn', keys: ['+', '='] },
  { name: 'zoomOut', keys: ['-'] },
  { name: 'showAll', keys: ['0'] },
  { name: 'help', keys: ['?'] },
] as const;

export type Shortcut = (typeof SHORTCUTS)[number]['name'];

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** These repeat while the key is held. */
const REPEATING: readonly Shortcut[] = ['zoomIn', 'zoomOut'];

/** Return a key's shortcut, by the character it types. */
export function shortcutOf(press: Press): Shortcut | null {
  // With a modifier, it is a shortcut of the browser or of assistive technology.
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const key = press.key.toLowerCase();
  const found = SHORTCUTS.find(({ keys }) => keys.some((one) => one === key));
  if (found === undefined) return null;
  return press.repeat && !REPEATING.includes(found.name) ? null : found.name;
}

const TYPED_INTO =
  'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';

/** Whether the target takes text input. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPED_INTO) !== null;
}
