import type { Bounds, Point } from '@/domain/geometry';
import { boundsOfObject, boundsOfObjects, unionOf } from '@/domain/planDocument/bounds';
import { BACKGROUND, FOCAL_POINT, type Key } from '@/domain/planDocument/document';
import { objectAt, within } from '@/domain/planDocument/selection';
import { seatRadius } from '@/domain/planDocument/shapes';
import { snapLines, snapped } from '@/domain/planDocument/snapping';
import { moved } from '@/domain/planDocument/transform';
import { find } from '@/domain/planDocument/walk';
import { type Handle, handlesOf } from '@/features/editor/stage/handles';
import type { Stage } from '@/features/editor/stage/stage';
import { CLICK_PX, type Gesture, isClick, type PointerAt } from '@/features/editor/tools/gesture';
import { handleGesture } from '@/features/editor/tools/handleTool';
import { t } from '@/i18n/language';

const SNAP_PX = 6;
const [HANDLE_PX, HANDLE_TOUCH_PX] = [10, 20];
const TOUCH_REACH_PX = 10;

/** Select by click and rectangle, move what is selected, drag its handles. */
export function selectGesture(stage: Stage, from: PointerAt): Gesture {
  const { store } = stage;
  const handle = handleAt(stage, from);
  if (handle !== null) return handleGesture(stage, handle, from);
  const key = keyAt(stage, from);
  if (key === null) {
    // A finger moves the view; the toolbar has other ways to select several objects.
    if (from.isTouch) return panGesture(stage, from, true);
    return marqueeGesture(stage, from, null);
  }
  const before = store.selection;
  // Shapes lie below everything, so dragging on one draws a rectangle until it is selected.
  if (find(store.document, key)?.kind === 'area' && !before.has(key) && !from.isTouch) {
    return marqueeGesture(stage, from, key);
  }
  // What is selected already may be dragged: only a click takes it out, or the others.
  if (!before.has(key)) store.select(new Set(from.isShift ? [...before, key] : [key]));
  return moveGesture(stage, from, () => {
    if (!before.has(key)) return;
    const others = [...before].filter((one) => one !== key);
    if (from.isShift) store.select(new Set(others));
    else if (others.length > 0) store.select(new Set([key]));
  });
}

/** The object that a click selects; null if there is none. */
export function keyAt(stage: Stage, { point, isTouch }: PointerAt): Key | null {
  const { store } = stage;
  const reach = stage.unitsOf(isTouch ? TOUCH_REACH_PX : 2);
  for (const single of [FOCAL_POINT]) {
    const bounds = boundsOfObject(store.document, single);
    if (bounds !== null && contains(bounds, point)) return single;
  }
  const found = objectAt(store.document, point, store.getState().level, reach, store.isVisible);
  if (found !== null) return found;
  const picture = boundsOfObject(store.document, BACKGROUND);
  const isChosen = store.selection.has(BACKGROUND);
  return isChosen && picture !== null && contains(picture, point) ? BACKGROUND : null;
}

export function handleAt(stage: Stage, { screen, isTouch }: PointerAt): Handle | null {
  const { document, selection } = stage.store;
  const { scale, left, top } = stage.view.viewport;
  const reach = isTouch ? HANDLE_TOUCH_PX : HANDLE_PX;
  const handles = handlesOf(document, selection, seatRadius(document), 1 / scale);
  return (
    handles.find(
      ({ x, y }) => Math.hypot(x * scale + left - screen.x, y * scale + top - screen.y) <= reach,
    ) ?? null
  );
}

export function panGesture(stage: Stage, from: PointerAt, deselects = false): Gesture {
  let last = from.screen;
  return {
    move: ({ screen }) => {
      stage.view.panBy(screen.x - last.x, screen.y - last.y);
      last = screen;
    },
    end: (at) => {
      if (deselects && isClick(from, at)) stage.store.select(new Set());
    },
    cancel: () => undefined,
  };
}

/** Select what is in a rectangle; a click selects `clicked`. */
function marqueeGesture(stage: Stage, from: PointerAt, clicked: Key | null): Gesture {
  const { store } = stage;
  const before = from.isShift ? store.selection : new Set<Key>();
  store.select(clicked === null ? before : new Set([...before, clicked]));
  return {
    move: (at) => {
      stage.setPreview({ marquee: between(from.point, at.point) });
    },
    end: (at) => {
      stage.setPreview(null);
      if (isClick(from, at)) return;
      const box = between(from.point, at.point);
      const found = within(store.document, box, store.getState().level, store.isVisible);
      store.select(new Set([...before, ...found]));
    },
    cancel: () => {
      stage.setPreview(null);
    },
  };
}

/** Drag the selection; it is drawn apart until it is put down. */
export function moveGesture(stage: Stage, from: PointerAt, onClick: () => void): Gesture {
  const { store } = stage;
  let start: { readonly bounds: Bounds; readonly lines: ReturnType<typeof snapLines> } | null =
    null;
  let by: Point = { x: 0, y: 0 };

  function lift(): void {
    const { document, selection } = store;
    const bounds = boundsOfObjects(document, selection);
    if (bounds === null) return;
    start = { bounds, lines: snapLines(othersOf(stage)) };
    stage.lift(selection);
  }

  return {
    move: (at) => {
      const [dx, dy] = [at.screen.x - from.screen.x, at.screen.y - from.screen.y];
      if (start === null && Math.hypot(dx, dy) < CLICK_PX) return;
      if (start === null) lift();
      if (start === null) return;
      by = { x: at.point.x - from.point.x, y: at.point.y - from.point.y };
      // Along one axis only.
      if (at.isShift) by = Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: by.y };
      const box = { ...start.bounds, x: start.bounds.x + by.x, y: start.bounds.y + by.y };
      const snaps = store.getState().snaps && !at.isAlt;
      const snap = snaps
        ? snapped(box, start.lines, stage.unitsOf(SNAP_PX))
        : { x: 0, y: 0, guides: [] };
      by = { x: by.x + snap.x, y: by.y + snap.y };
      stage.setDrag({ by, guides: snap.guides });
    },
    end: () => {
      if (start === null) {
        onClick();
        return;
      }
      const keys = store.selection;
      store.run(t('editor:did_move'), (document) => moved(document, keys, by.x, by.y));
      stage.drop();
    },
    cancel: () => {
      stage.drop();
    },
  };
}

/** Bounds of what stays: rows, areas; seats of the row that a dragged seat is in. */
function othersOf(stage: Stage): Bounds[] {
  const { document, selection } = stage.store;
  const [first] = selection;
  const found = first === undefined ? undefined : find(document, first);
  if (found?.kind === 'seat') {
    return found.row.seats
      .filter(({ key }) => !selection.has(key))
      .flatMap(({ key }) => boundsOfObject(document, key) ?? []);
  }
  const others: Bounds[] = [];
  for (const zone of document.zones) {
    if (!stage.store.isVisible(zone) || selection.has(zone.key)) continue;
    const items = [...zone.rows, ...zone.areas].filter(({ key }) => !selection.has(key));
    const bounds = items.flatMap(({ key }) => boundsOfObject(document, key) ?? []);
    if (found?.kind === 'zone') others.push(...[unionOf(bounds)].filter((one) => one !== null));
    else others.push(...bounds);
  }
  return others;
}

export function between(a: Point, b: Point): Bounds {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

function contains(box: Bounds, { x, y }: Point): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
