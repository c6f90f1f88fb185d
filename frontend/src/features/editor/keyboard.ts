import {
  duplicateSelected,
  neighbourOf,
  nudge,
  redoLast,
  removeSelected,
  selectAll,
  selectionSentence,
  undoLast,
} from '@/features/editor/actions';
import type { EditorStore, ToolName } from '@/features/editor/editorStore';
import type { Stage } from '@/features/editor/stage/stage';
import type { DrawTools } from '@/features/editor/tools/drawTools';

export interface KeyboardTarget {
  readonly store: EditorStore;
  readonly stage: Stage;
  readonly tools: DrawTools;
  readonly say: (text: string) => void;
  readonly editSelection: () => void;
  readonly showShortcuts: () => void;
  readonly saveNow: () => void;
}

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/** Letters that choose a tool. */
export const TOOL_KEYS: Readonly<Partial<Record<ToolName, string>>> = {
  select: 'v',
  pan: 'h',
  row: 'r',
  curve: 'c',
  corner: 'l',
  block: 'b',
  table: 't',
  standing: 'a',
  stage: 's',
  shape: 'f',
  text: 'x',
  focal: 'o',
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR = 10;
const PAN_PX = 60;

/** Carry out a key press on the plan. Returns whether it meant anything. */
export function pressKey(press: KeyPress, target: KeyboardTarget): boolean {
  const { key, ctrlKey, metaKey, altKey } = press;
  if (ctrlKey || metaKey) return pressWithControl(press, target);
  if (altKey) return false;
  return pressPlain(key, press, target);
}

/** Shortcuts that work in the whole editor, except in text fields. */
export function pressWithControl(
  { key, shiftKey }: KeyPress,
  { store, say, saveNow }: KeyboardTarget,
): boolean {
  const tell = (said: string | null) => {
    if (said !== null) say(said);
    return true;
  };
  switch (key.toLowerCase()) {
    case 'z':
      return tell(shiftKey ? redoLast(store) : undoLast(store));
    case 'y':
      return tell(redoLast(store));
    case 'd':
      return tell(duplicateSelected(store));
    case 'a':
      return tell(selectAll(store));
    case 's':
      saveNow();
      return true;
    default:
      return false;
  }
}

function pressPlain(key: string, press: KeyPress, target: KeyboardTarget): boolean {
  const { store, stage, tools, say } = target;
  const arrow = ARROWS[key];
  if (arrow !== undefined) return pressArrow(arrow, press, target);
  switch (key) {
    case 'Tab':
      return selectNeighbour(press.shiftKey ? -1 : 1, target);
    case 'Enter':
      if (!tools.finish() && store.selection.size > 0) target.editSelection();
      return true;
    case 'Escape':
      return escape(target);
    case 'Delete':
    case 'Backspace': {
      const said = removeSelected(store);
      if (said !== null) say(said);
      return true;
    }
    case '+':
    case '=':
      stage.view.zoomBy(1.25);
      return true;
    case '-':
      stage.view.zoomBy(0.8);
      return true;
    case '0':
      stage.showAll();
      return true;
    case '2':
      stage.showObjects(store.selection);
      return true;
    case '?':
      target.showShortcuts();
      return true;
    default:
      return chooseTool(key, target);
  }
}

function pressArrow(
  [x, y]: readonly [number, number],
  { shiftKey, repeat }: KeyPress,
  { store, stage }: KeyboardTarget,
): boolean {
  if (store.selection.size === 0) {
    stage.view.panBy(-x * PAN_PX, -y * PAN_PX);
    return true;
  }
  const far = shiftKey ? FAR : 1;
  nudge(store, x * far, y * far, repeat);
  stage.revealObjects(store.selection);
  return true;
}

/** Beyond the last object Tab leaves the plan, as it does right after Escape. */
function selectNeighbour(step: 1 | -1, { store, stage, say }: KeyboardTarget): boolean {
  if (store.getState().tool !== 'select') return false;
  const key = neighbourOf(store, step);
  if (key === null) return false;
  store.select(new Set([key]));
  stage.revealObjects(store.selection);
  say(selectionSentence(store));
  return true;
}

function escape({ store, tools, say }: KeyboardTarget): boolean {
  if (tools.isDrawing) tools.cancel();
  else if (store.getState().tool !== 'select') store.set({ tool: 'select' });
  else if (store.selection.size > 0) {
    store.select(new Set());
    say(selectionSentence(store));
  } else return false;
  return true;
}

function chooseTool(key: string, { store, tools }: KeyboardTarget): boolean {
  const found = Object.entries(TOOL_KEYS).find(([, letter]) => letter === key.toLowerCase());
  if (found === undefined) return false;
  tools.cancel();
  store.set({ tool: found[0] as ToolName });
  return true;
}
