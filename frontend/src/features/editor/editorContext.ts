import { createContext, use, useSyncExternalStore } from 'react';

import type { Key } from '@/domain/planDocument/document';
import type { EditorState, EditorStore } from '@/features/editor/editorStore';
import type { Stage } from '@/features/editor/stage/stage';

export interface EditorContextValue {
  readonly store: EditorStore;
  /** Null until the canvases are there. */
  readonly stage: () => Stage | null;
  /** Select objects and bring them into view. */
  readonly show: (keys: ReadonlySet<Key>) => void;
  /** Make an object with the chosen tool in the middle of the view. */
  readonly placeInMiddle: () => void;
  /** Move the focus to the plan. */
  readonly focusStage: () => void;
}

export const EditorContext = createContext<EditorContextValue | null>(null);

export function useEditor(): EditorContextValue {
  const value = use(EditorContext);
  if (value === null) throw new Error('Outside of the editor');
  return value;
}

export function useEditorState(): EditorState {
  const { store } = useEditor();
  return useSyncExternalStore(store.subscribe, store.getState);
}
