import { useEffect, useRef, useState } from 'react';

import { type Draft, fetchDraft, saveDraft } from '@/api/planDrafts';
import { type PlanDocument, serialise, type Source } from '@/domain/planDocument/document';
import type { EditorStore } from '@/features/editor/editorStore';
import { Autosave, type SaveStatus } from '@/features/editor/saving/autosave';

interface AutosaveOptions {
  readonly planId: number;
  readonly draft: Draft;
  readonly source: Source;
  readonly store: EditorStore;
}

/** Save the store's document while the page is open, and warn before unsaved changes are left. */
export function useAutosave({ planId, draft, source, store }: AutosaveOptions) {
  const [status, setStatus] = useState<SaveStatus>({ kind: 'saved' });
  const autosave = useRef<Autosave<PlanDocument>>(null);

  useEffect(() => {
    const saver = new Autosave<PlanDocument>({
      initial: source.document,
      revision: draft.revision,
      serialise: (document) => serialise(document, source),
      save: (sent) => saveDraft(planId, sent),
      fetch: () => fetchDraft(planId),
      onStatus: setStatus,
      after: (ms, act) => {
        const timer = setTimeout(act, ms);
        return () => {
          clearTimeout(timer);
        };
      },
      now: Date.now,
    });
    autosave.current = saver;
    const unsubscribe = store.subscribe(() => {
      saver.changed(store.document);
    });
    const online = () => void saver.flush();
    const leave = (event: BeforeUnloadEvent) => {
      if (!saver.isSaved) event.preventDefault();
    };
    const hide = () => {
      if (document.visibilityState === 'hidden') void saver.flush();
    };
    addEventListener('online', online);
    addEventListener('beforeunload', leave);
    document.addEventListener('visibilitychange', hide);
    return () => {
      unsubscribe();
      removeEventListener('online', online);
      removeEventListener('beforeunload', leave);
      document.removeEventListener('visibilitychange', hide);
      // Another page is opened within the site: save what is left.
      void saver.flush();
    };
  }, [planId, draft, source, store]);

  return { status, autosave };
}
