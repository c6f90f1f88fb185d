import type { Point } from '@/domain/geometry';
import type { EditorStore, ToolName } from '@/features/editor/editorStore';
import type { Stage } from '@/features/editor/stage/stage';
import { type Gesture, isClick, type PointerAt } from '@/features/editor/tools/gesture';
import {
  addRows,
  addShape,
  addStage,
  addStanding,
  addTables,
  addText,
  blockAround,
  blockIn,
  cornerPoints,
  rowPoints,
  setFocalPoint,
  tablesBetween,
} from '@/features/editor/tools/makers';
import { panGesture, selectGesture } from '@/features/editor/tools/selectTool';
import { t } from '@/i18n/language';

/** In CSS pixels: a click this near to the first corner closes a polygon. */
const CLOSE_PX = 12;
/** Plan units: what a click or Enter makes without a size. */
const DEFAULT = { width: 240, height: 80 } as const;
const STRAIGHTEN_DEGREES = 15;

/** Makes objects by the pointer: dragged shapes, and lines drawn corner by corner. */
export class DrawTools {
  readonly #stage: Stage;
  readonly #store: EditorStore;
  readonly #onDone: () => void;
  /** Corners of the line that is being drawn. */
  #corners: Point[] = [];

  /** `onDone` is called after an object was made. */
  constructor(stage: Stage, onDone: () => void) {
    this.#stage = stage;
    this.#store = stage.store;
    this.#onDone = onDone;
  }

  get isDrawing(): boolean {
    return this.#corners.length > 0;
  }

  /** What pressing the pointer starts with the current tool. */
  press(at: PointerAt): Gesture {
    const { tool } = this.#store.getState();
    if (tool === 'select') return selectGesture(this.#stage, at);
    if (tool === 'pan') return panGesture(this.#stage, at);
    if (this.#drawsLine(tool)) return this.#cornerGesture(at);
    return this.#dragGesture(tool, at);
  }

  /** The pointer moves without a button. */
  hover(at: PointerAt): void {
    if (this.isDrawing) this.#previewLine(at.point);
  }

  /** Enter or a double click: end the line, or make an object in the middle of the view. */
  finish(): boolean {
    if (this.isDrawing) {
      this.#endLine();
      return true;
    }
    const { tool } = this.#store.getState();
    if (tool === 'select' || tool === 'pan' || tool === 'image') return false;
    this.#makeAt(tool, this.#stage.view.center());
    return true;
  }

  cancel(): void {
    this.#corners = [];
    this.#stage.setPreview(null);
  }

  #drawsLine(tool: ToolName): boolean {
    const { shape } = this.#store.getState().options;
    return tool === 'corner' || tool === 'standing' || (tool === 'shape' && shape === 'polygon');
  }

  #dragGesture(tool: ToolName, from: PointerAt): Gesture {
    const show = (at: PointerAt) => {
      this.#previewDrag(tool, from.point, this.#straightened(tool, from, at));
    };
    return {
      move: show,
      end: (at) => {
        this.#stage.setPreview(null);
        const to = this.#straightened(tool, from, at);
        if (isClick(from, at) || tool === 'text' || tool === 'focal') {
          this.#makeAt(tool, at.point);
        } else {
          this.#makeBetween(tool, from.point, to);
        }
      },
      cancel: () => {
        this.#stage.setPreview(null);
      },
    };
  }

  /** Rows are drawn level with the shift key, and nearly level ones always. */
  #straightened(tool: ToolName, from: PointerAt, at: PointerAt): Point {
    if (tool !== 'row' && tool !== 'curve') return at.point;
    const [dx, dy] = [at.point.x - from.point.x, at.point.y - from.point.y];
    const angle = (Math.atan2(dy, dx) * 180) / Math.PI;
    const nearest = Math.round(angle / STRAIGHTEN_DEGREES) * STRAIGHTEN_DEGREES;
    const snaps = this.#store.getState().snaps && !at.isAlt && Math.abs(angle - nearest) < 2;
    if (!at.isShift && !snaps) return at.point;
    const length = Math.hypot(dx, dy);
    const turn = (nearest * Math.PI) / 180;
    return {
      x: from.point.x + length * Math.cos(turn),
      y: from.point.y + length * Math.sin(turn),
    };
  }

  #previewDrag(tool: ToolName, from: Point, to: Point): void {
    const { options } = this.#store.getState();
    if (tool === 'row' || tool === 'curve') {
      const seats = rowPoints(from, to, tool === 'curve' ? options.bend : 0, options);
      const note = t('editor:seatCount', { count: seats.length });
      this.#stage.setPreview({ seats, note, noteAt: to });
    } else if (tool === 'block') {
      const rows = blockIn(from, to, options);
      const note = t('editor:blockSize', { rows: rows.length, seats: rows[0]?.length ?? 0 });
      this.#stage.setPreview({ seats: rows.flat(), note, noteAt: to });
    } else if (tool === 'table') {
      const { centers, chairs } = tablesBetween(this.#store, from, to);
      const note = t('editor:tableCount', { count: centers.length });
      this.#stage.setPreview({ seats: chairs, lines: [rectangle(from, to)], note, noteAt: to });
    } else if (tool === 'stage' || tool === 'shape') {
      this.#stage.setPreview({ lines: [rectangle(from, to)] });
    }
  }

  #makeBetween(tool: ToolName, from: Point, to: Point): void {
    const { options } = this.#store.getState();
    if (tool === 'row') {
      addRows(this.#store, t('editor:did_addRow'), [rowPoints(from, to, 0, options)]);
    } else if (tool === 'curve') {
      const points = rowPoints(from, to, options.bend, options);
      addRows(this.#store, t('editor:did_addRow'), [points], options.bend);
    } else if (tool === 'block') {
      this.#addBlock(blockIn(from, to, options));
    } else if (tool === 'table') {
      addTables(this.#store, tablesBetween(this.#store, from, to).centers);
    } else if (tool === 'stage') {
      addStage(this.#store, [from, to]);
    } else if (tool === 'shape') {
      addShape(this.#store, [from, to]);
    }
    this.#done();
  }

  /** Make an object of the usual size around a point. */
  #makeAt(tool: ToolName, point: Point): void {
    const { options } = this.#store.getState();
    const { seats, seatSpacing, bend } = options;
    const half = ((seats - 1) * seatSpacing) / 2;
    const [left, right] = [
      { x: point.x - half, y: point.y },
      { x: point.x + half, y: point.y },
    ];
    const box = rectangle(
      { x: point.x - DEFAULT.width / 2, y: point.y - DEFAULT.height / 2 },
      { x: point.x + DEFAULT.width / 2, y: point.y + DEFAULT.height / 2 },
    ).slice(0, 4);
    switch (tool) {
      case 'row':
        addRows(this.#store, t('editor:did_addRow'), [rowPoints(left, right, 0, options)]);
        break;
      case 'curve': {
        const [points = []] = blockAround(point, { ...options, rows: 1 });
        addRows(this.#store, t('editor:did_addRow'), [points], bend);
        break;
      }
      case 'corner': {
        const corner = { x: right.x, y: right.y + half };
        const points = cornerPoints([left, right, corner], options);
        addRows(this.#store, t('editor:did_addRow'), [points]);
        break;
      }
      case 'block':
        this.#addBlock(blockAround(point, options));
        break;
      case 'table':
        addTables(this.#store, [point]);
        break;
      case 'standing':
        addStanding(this.#store, box);
        break;
      case 'stage':
        addStage(this.#store, box);
        break;
      case 'shape':
        addShape(this.#store, box);
        break;
      case 'text':
        addText(this.#store, point);
        break;
      case 'focal':
        setFocalPoint(this.#store, point);
        break;
      case 'select':
      case 'pan':
      case 'image':
        return;
    }
    this.#done();
  }

  #addBlock(rows: Point[][]): void {
    addRows(this.#store, t('editor:did_addBlock'), rows, this.#store.getState().options.bend);
  }

  #cornerGesture(from: PointerAt): Gesture {
    return {
      move: (at) => {
        this.#previewLine(at.point);
      },
      end: (at) => {
        const [first] = this.#corners;
        const isClosed =
          first !== undefined &&
          this.#corners.length > 2 &&
          Math.hypot(first.x - at.point.x, first.y - at.point.y) < this.#stage.unitsOf(CLOSE_PX);
        const { tool } = this.#store.getState();
        if (isClosed && tool !== 'corner') {
          this.#endLine();
          return;
        }
        // Dragging draws a rectangle at once.
        if (this.#corners.length === 0 && !isClick(from, at) && tool !== 'corner') {
          this.#corners = rectangle(from.point, at.point).slice(0, 4);
          this.#endLine();
          return;
        }
        if (this.#corners.length === 0 && !isClick(from, at)) this.#corners.push(from.point);
        this.#corners.push(at.point);
        this.#previewLine(at.point);
      },
      cancel: () => {
        this.cancel();
      },
    };
  }

  #previewLine(point: Point): void {
    const { tool, options } = this.#store.getState();
    const line = [...this.#corners, point];
    if (tool !== 'corner') {
      this.#stage.setPreview({ lines: [[...line, ...line.slice(0, 1)]] });
      return;
    }
    const seats = cornerPoints(line, options);
    const note = t('editor:seatCount', { count: seats.length });
    this.#stage.setPreview({ seats, note, noteAt: point });
  }

  #endLine(): void {
    const corners = withoutRepeats(this.#corners, this.#stage.unitsOf(2));
    this.cancel();
    const { tool, options } = this.#store.getState();
    if (tool === 'corner') {
      if (corners.length < 2) return;
      addRows(this.#store, t('editor:did_addRow'), [cornerPoints(corners, options)]);
    } else {
      if (corners.length < 3) return;
      if (tool === 'standing') addStanding(this.#store, corners);
      else addShape(this.#store, corners);
    }
    this.#done();
  }

  #done(): void {
    this.#stage.setPreview(null);
    this.#onDone();
  }
}

/** A closed line around two opposite corners. */
function rectangle(from: Point, to: Point): Point[] {
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }, from];
}

/** Without the second click of a double click. */
function withoutRepeats(points: readonly Point[], near: number): Point[] {
  return points.filter((point, place) => {
    const before = points[place - 1];
    return before === undefined || Math.hypot(before.x - point.x, before.y - point.y) > near;
  });
}
