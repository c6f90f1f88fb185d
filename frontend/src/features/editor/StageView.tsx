import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';

import { paletteOf } from '@/canvas/palette';
import { useAnnounce } from '@/components/announce';
import { useEditor, useEditorState } from '@/features/editor/editorContext';
import { type KeyboardTarget, pressKey } from '@/features/editor/keyboard';
import { Stage } from '@/features/editor/stage/stage';
import { DrawTools } from '@/features/editor/tools/drawTools';
import type { Gesture, PointerAt } from '@/features/editor/tools/gesture';
import { handleAt, keyAt, panGesture } from '@/features/editor/tools/selectTool';
import { t } from '@/i18n/language';

/** Zoom factor per pixel of the wheel. */
const WHEEL = 0.0016;

interface StageViewProps {
  readonly stageRef: RefObject<Stage | null>;
  readonly frameRef: RefObject<HTMLDivElement | null>;
  readonly onEdit: () => void;
  readonly onShortcuts: () => void;
  readonly onSave: () => void;
}

/** The plan with its canvases; takes the pointer and the keyboard. */
export function StageView({ stageRef, frameRef, onEdit, onShortcuts, onSave }: StageViewProps) {
  const { store } = useEditor();
  const { tool } = useEditorState();
  const announce = useAnnounce();
  const background = useRef<HTMLCanvasElement>(null);
  const plan = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const tools = useRef<DrawTools>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const gesture = useRef<Gesture>(null);
  const isSpace = useRef(false);

  useLayoutEffect(() => {
    const frame = frameRef.current;
    if (!frame || !background.current || !plan.current || !overlay.current) return;
    const canvases = {
      background: background.current,
      plan: plan.current,
      overlay: overlay.current,
    };
    let stage: Stage;
    try {
      stage = new Stage(store, canvases, (count) => t('editor:seatCount', { count }));
    } catch {
      // Without a canvas the lists and forms still work.
      return;
    }
    stageRef.current = stage;
    tools.current = new DrawTools(stage, () => {
      announce(t('editor:said_added'), 'quiet');
      store.set({ tool: 'select' });
    });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const look = () => {
      stage.setLook(paletteOf(frame), devicePixelRatio);
    };
    const measure = () => {
      stage.setSize({ width: frame.clientWidth, height: frame.clientHeight });
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.shiftKey && !event.ctrlKey) {
        stage.view.panBy(-event.deltaY - event.deltaX, 0);
        return;
      }
      const { left, top } = frame.getBoundingClientRect();
      const delta = event.deltaY * (event.deltaMode === 1 ? 30 : 1) * (event.ctrlKey ? 4 : 1);
      stage.view.zoomBy(Math.exp(-delta * WHEEL), {
        x: event.clientX - left,
        y: event.clientY - top,
      });
    };
    look();
    measure();
    const resized = new ResizeObserver(() => {
      look();
      measure();
    });
    resized.observe(frame);
    dark.addEventListener('change', look);
    frame.addEventListener('wheel', wheel, { passive: false });
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', look);
      frame.removeEventListener('wheel', wheel);
      stage.close();
      stageRef.current = null;
    };
  }, [store, stageRef, frameRef, announce]);

  useEffect(() => {
    tools.current?.cancel();
  }, [tool]);

  const at = (event: PointerEvent): PointerAt => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const screen = { x: event.clientX - left, y: event.clientY - top };
    return {
      screen,
      point: stageRef.current?.pointAt(screen) ?? screen,
      isShift: event.shiftKey || event.ctrlKey || event.metaKey,
      isAlt: event.altKey,
      isTouch: event.pointerType === 'touch',
    };
  };

  const press = (event: PointerEvent<HTMLDivElement>) => {
    const stage = stageRef.current;
    if (stage === null || tools.current === null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.current.size > 1) {
      gesture.current?.cancel();
      gesture.current = null;
      return;
    }
    const pointer = at(event);
    const pans = event.button === 1 || isSpace.current;
    if (event.button === 2) return;
    gesture.current = pans ? panGesture(stage, pointer) : tools.current.press(pointer);
  };

  const move = (event: PointerEvent<HTMLDivElement>) => {
    const stage = stageRef.current;
    if (stage === null) return;
    const before = pointers.current.get(event.pointerId);
    if (before !== undefined && pointers.current.size > 1) {
      pinch(stage, event, before);
      return;
    }
    const pointer = at(event);
    if (gesture.current !== null) gesture.current.move(pointer);
    else {
      tools.current?.hover(pointer);
      event.currentTarget.dataset['cursor'] = cursorOf(stage, pointer);
    }
  };

  const pinch = (
    stage: Stage,
    event: PointerEvent<HTMLDivElement>,
    before: { x: number; y: number },
  ) => {
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other === undefined) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const length = (point: typeof now) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    const middle = { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top };
    stage.view.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    stage.view.zoomBy(length(now) / length(before), middle);
  };

  const release = (event: PointerEvent<HTMLDivElement>) => {
    pointers.current.delete(event.pointerId);
    gesture.current?.end(at(event));
    gesture.current = null;
  };

  const keyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const stage = stageRef.current;
    if (stage === null || tools.current === null) return;
    if (event.key === ' ') {
      isSpace.current = true;
      event.preventDefault();
      return;
    }
    if (event.key === 'Escape' && gesture.current !== null) {
      gesture.current.cancel();
      gesture.current = null;
      return;
    }
    const target: KeyboardTarget = {
      store,
      stage,
      tools: tools.current,
      say: (text) => {
        announce(text, 'quiet');
      },
      editSelection: onEdit,
      showShortcuts: onShortcuts,
      saveNow: onSave,
    };
    if (pressKey(event, target)) event.preventDefault();
  };

  return (
    // What a canvas shows has no elements of its own; keys and announcements stand for them.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={frameRef}
      className="stage"
      role="application"
      aria-label={t('editor:stageLabel')}
      aria-describedby="editor-stage-hint"
      tabIndex={0}
      data-tool={tool}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={(event) => {
        pointers.current.delete(event.pointerId);
        gesture.current?.cancel();
        gesture.current = null;
      }}
      onDoubleClick={() => {
        if (tools.current?.isDrawing === true) tools.current.finish();
        else if (tool === 'select' && store.selection.size > 0) onEdit();
      }}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
      onKeyDown={keyDown}
      onKeyUp={(event) => {
        if (event.key === ' ') isSpace.current = false;
      }}
    >
      <canvas ref={background} className="stage__canvas" aria-hidden="true" />
      <canvas ref={plan} className="stage__canvas" aria-hidden="true" />
      <canvas ref={overlay} className="stage__canvas" aria-hidden="true" />
      <span id="editor-stage-hint" className="visually-hidden">
        {t('editor:stageHint')}
      </span>
    </div>
  );
}

function cursorOf(stage: Stage, pointer: PointerAt): string {
  const { tool } = stage.store.getState();
  if (tool === 'pan') return 'grab';
  if (tool !== 'select') return 'crosshair';
  const handle = handleAt(stage, pointer);
  if (handle !== null) return handle.kind === 'rotate' ? 'rotate' : 'handle';
  return keyAt(stage, pointer) === null ? 'default' : 'move';
}
