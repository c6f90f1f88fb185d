import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import { toApiError } from '@/api/apiError';
import type { Draft } from '@/api/planDrafts';
import { saveVersion } from '@/api/seatingPlans';
import type { SeatingPlan } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import '@/components/ariaStyles';
import type { Key, Source } from '@/domain/planDocument/document';
import { copySelected, paste, removeSelected } from '@/features/editor/actions';
import { ShortcutsDialog, StaleDialog } from '@/features/editor/dialogs';
import { EditorContext, type EditorContextValue } from '@/features/editor/editorContext';
import { EditorStore } from '@/features/editor/editorStore';
import { useAutosave } from '@/features/editor/saving/useAutosave';
import { type PanelName, SidePanel } from '@/features/editor/SidePanel';
import type { Stage } from '@/features/editor/stage/stage';
import { StageView } from '@/features/editor/StageView';
import { ToolPalette } from '@/features/editor/ToolPalette';
import { TopBar } from '@/features/editor/TopBar';
import { DrawTools } from '@/features/editor/tools/drawTools';
import { t } from '@/i18n/language';

const FIRST_FIELD = '.ed-panel .ed-field input, .ed-panel .ed-field button';

interface EditorProps {
  readonly plan: SeatingPlan;
  readonly draft: Draft;
  readonly source: Source;
  /** Load the draft again. */
  readonly onReload: () => void;
}

/** The editor of one plan. What it edits is saved by itself. */
export function Editor({ plan, draft, source, onReload }: EditorProps) {
  const [store] = useState(() => new EditorStore(source.document));
  const stageRef = useRef<Stage>(null);
  const frameRef = useRef<HTMLDivElement>(null);
  const sideRef = useRef<HTMLElement>(null);
  const [panel, setPanel] = useState<PanelName>('selection');
  const [isPanelOpen, setPanelOpen] = useState(false);
  const [showsShortcuts, setShowsShortcuts] = useState(false);
  const announce = useAnnounce();
  const navigate = useNavigate();
  const { status, autosave } = useAutosave({ planId: plan.id, draft, source, store });

  const focusStage = useCallback(() => {
    frameRef.current?.focus({ preventScroll: true });
  }, []);
  const context = useMemo<EditorContextValue>(
    () => ({
      store,
      stage: () => stageRef.current,
      show: (keys: ReadonlySet<Key>) => {
        store.select(keys);
        stageRef.current?.showObjects(keys);
      },
      placeInMiddle: () => {
        const stage = stageRef.current;
        if (stage === null) return;
        new DrawTools(stage, () => {
          announce(t('editor:said_added'), 'quiet');
        }).finish();
        store.set({ tool: 'select' });
        stage.revealObjects(store.selection);
        focusStage();
      },
      focusStage,
    }),
    [store, announce, focusStage],
  );

  const version = useMutation({
    mutationFn: async () => {
      await autosave.current?.flush();
      if (autosave.current?.isSaved !== true) throw new Error(t('editor:notSavedYet'));
      return saveVersion(plan.id, autosave.current.revision);
    },
    onSuccess: ({ number }) => {
      announce(t('editor:versionSaved', { number }), 'good');
    },
    onError: (error) => {
      announce(error.message || toApiError(error).message, 'bad');
    },
  });

  useClipboard(store, frameRef);
  useEffect(() => {
    const side = sideRef.current;
    const close = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setPanelOpen(false);
      focusStage();
    };
    side?.addEventListener('keydown', close);
    return () => {
      side?.removeEventListener('keydown', close);
    };
  }, [focusStage]);
  useEffect(() => {
    // The sheet on phones makes the plan smaller; it is measured before the next frame.
    if (!isPanelOpen) return;
    const frame = requestAnimationFrame(() => {
      stageRef.current?.revealObjects(store.selection);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [isPanelOpen, store]);

  const edit = () => {
    setPanel('selection');
    setPanelOpen(true);
    // The panel shows its fields in the next frame.
    requestAnimationFrame(() => {
      sideRef.current?.querySelector<HTMLElement>(FIRST_FIELD)?.focus();
    });
  };

  return (
    <EditorContext value={context}>
      <div className="editor" data-panel={isPanelOpen || undefined}>
        <TopBar
          plan={plan}
          status={status}
          isSavingVersion={version.isPending}
          onSaveVersion={() => {
            version.mutate();
          }}
          onShortcuts={() => {
            setShowsShortcuts(true);
          }}
          onPanel={() => {
            setPanelOpen((isOpen) => !isOpen);
          }}
        />
        <ToolPalette />
        <StageView
          stageRef={stageRef}
          frameRef={frameRef}
          onEdit={edit}
          onShortcuts={() => {
            setShowsShortcuts(true);
          }}
          onSave={() => {
            void autosave.current?.flush();
          }}
        />
        <aside ref={sideRef} className="ed-side" aria-label={t('editor:panels')}>
          <SidePanel panel={panel} onPanel={setPanel} />
        </aside>
      </div>
      {showsShortcuts && (
        <ShortcutsDialog
          onClose={() => {
            setShowsShortcuts(false);
            focusStage();
          }}
        />
      )}
      {status.kind === 'stale' && (
        <StaleDialog
          stale={status.stale}
          onLoadTheirs={onReload}
          onOpenCopy={(copy) => {
            void navigate(`/organise/plans/${copy}/edit`);
          }}
        />
      )}
    </EditorContext>
  );
}

/** Copy, cut and paste by the browser's clipboard, so that it works across plans and windows. */
function useClipboard(store: EditorStore, frame: { readonly current: HTMLElement | null }): void {
  const announce = useAnnounce();
  useEffect(() => {
    const isMeant = () => document.activeElement === frame.current;
    const copy = (event: ClipboardEvent) => {
      if (!isMeant()) return;
      const copied = copySelected(store);
      if (copied === null) return;
      event.clipboardData?.setData('text/plain', copied.text);
      event.preventDefault();
      if (event.type === 'cut') removeSelected(store);
      announce(copied.said, 'quiet');
    };
    const insert = (event: ClipboardEvent) => {
      if (!isMeant()) return;
      const text = event.clipboardData?.getData('text/plain');
      const said = paste(store, text === '' ? undefined : text);
      if (said === null) return;
      event.preventDefault();
      announce(said, 'quiet');
    };
    document.addEventListener('copy', copy);
    document.addEventListener('cut', copy);
    document.addEventListener('paste', insert);
    return () => {
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', copy);
      document.removeEventListener('paste', insert);
    };
  }, [store, frame, announce]);
}
