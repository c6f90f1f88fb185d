import { distance, type Point } from '@/domain/geometry';
import { boundsOfObjects } from '@/domain/planDocument/bounds';
import type { Key, PlanDocument } from '@/domain/planDocument/document';
import { rowShapeOf } from '@/domain/planDocument/rowShapes';
import type { Command } from '@/domain/planDocument/history';
import { bentRow, extendedRow, resizedTo, withCornerAt } from '@/domain/planDocument/reshape';
import { seatRadius } from '@/domain/planDocument/shapes';
import { snappedAngle } from '@/domain/planDocument/snapping';
import { rotated } from '@/domain/planDocument/transform';
import { findRow } from '@/domain/planDocument/walk';
import { beyond, type Handle } from '@/features/editor/stage/handles';
import type { Stage } from '@/features/editor/stage/stage';
import type { Gesture, PointerAt } from '@/features/editor/tools/gesture';
import { t } from '@/i18n/language';

/** In degrees: turning by the pointer, and with the shift key. */
const [ANGLE_STEP, COARSE_STEP] = [1, 15];
/** In seat radii; as far as the handle of a row is from its last seat. */
const END_AWAY = 2.3;

/** Drag a handle of the selection. */
export function handleGesture(stage: Stage, handle: Handle, from: PointerAt): Gesture {
  return handle.kind === 'rotate' ? rotateGesture(stage, from) : reshapeGesture(stage, handle);
}

function rotateGesture(stage: Stage, from: PointerAt): Gesture {
  const { store } = stage;
  const keys = store.selection;
  const bounds = boundsOfObjects(store.document, keys);
  const center = bounds && { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
  let degrees = 0;
  let isLifted = false;
  return {
    move: (at) => {
      if (center === null) return;
      if (!isLifted) stage.lift(keys);
      isLifted = true;
      const turn = angleOf(center, at.point) - angleOf(center, from.point);
      degrees = snappedAngle(turn, at.isShift ? COARSE_STEP : ANGLE_STEP);
      stage.setDrag({ degrees, center });
      const shown = Math.round(((((degrees + 180) % 360) + 360) % 360) - 180);
      stage.setPreview({ note: `${shown}°`, noteAt: at.point });
    },
    end: () => {
      stage.setPreview(null);
      if (degrees !== 0) {
        store.run(t('editor:did_rotate'), (document) => rotated(document, keys, degrees));
      }
      stage.drop();
    },
    cancel: () => {
      stage.setPreview(null);
      stage.drop();
    },
  };
}

/** The object is drawn anew at each step, as it will be. */
function reshapeGesture(stage: Stage, handle: Handle): Gesture {
  const { store } = stage;
  const keys: ReadonlySet<Key> = new Set([handle.key]);
  const before = store.document;
  let command: Command | null = null;
  return {
    move: (at) => {
      const next = commandFor(before, handle, at.point);
      command = next;
      const document = next(before);
      stage.lift(keys, document);
      stage.setPreview({ note: noteFor(document, handle), noteAt: at.point });
    },
    end: () => {
      stage.setPreview(null);
      if (command !== null) store.run(t('editor:did_reshape'), command);
      stage.drop();
    },
    cancel: () => {
      stage.setPreview(null);
      stage.drop();
    },
  };
}

function commandFor(document: PlanDocument, { kind, key, corner }: Handle, point: Point): Command {
  switch (kind) {
    case 'start':
    case 'end': {
      const row = findRow(document, key)?.row;
      const spacing = row === undefined ? 24 : rowShapeOf(row).spacing;
      const to = withoutAway(document, key, kind, point);
      return (plan) => extendedRow(plan, key, kind, to, spacing);
    }
    case 'bend': {
      const to = { x: point.x, y: point.y - END_AWAY * seatRadius(document) };
      return (plan) => bentRow(plan, key, to);
    }
    case 'size':
      return (plan) => resizedTo(plan, key, point);
    case 'corner':
      return (plan) => withCornerAt(plan, key, corner, point);
    case 'rotate':
      return (plan) => plan;
  }
}

/** Where the last seat is if the handle, a little beyond it, is at a point. */
function withoutAway(document: PlanDocument, key: Key, end: 'start' | 'end', point: Point): Point {
  const found = findRow(document, key);
  const seats = found?.row.seats ?? [];
  const other = end === 'end' ? seats[0] : seats.at(-1);
  if (found === null || other === undefined) return point;
  const from = {
    x: found.zone.x + found.row.x + other.x,
    y: found.zone.y + found.row.y + other.y,
  };
  const away = Math.min(END_AWAY * seatRadius(document), distance(from, point));
  return beyond(from, point, -away);
}

function noteFor(document: PlanDocument, { kind, key }: Handle): string {
  if (kind !== 'start' && kind !== 'end') return '';
  const row = findRow(document, key)?.row;
  return row === undefined ? '' : t('editor:seatCount', { count: row.seats.length });
}

function angleOf(center: Point, { x, y }: Point): number {
  return (Math.atan2(y - center.y, x - center.x) * 180) / Math.PI;
}
