import type { Palette } from '@/canvas/palette';
import { type Context, type Placement, setTextStyle } from '@/canvas/surface';
import type { Bounds, Point, Size } from '@/domain/geometry';
import { boundsOfObject } from '@/domain/planDocument/bounds';
import { FOCAL_POINT } from '@/domain/planDocument/document';
import { seatRadius } from '@/domain/planDocument/shapes';
import type { Guide } from '@/domain/planDocument/snapping';
import type { EditorState } from '@/features/editor/editorStore';
import { frameOf, type Handle, handlesOf } from '@/features/editor/stage/handles';
import { paintSelection } from '@/features/editor/stage/selectionPainter';

/** What a tool is about to make, in the plan's coordinates. */
export interface Preview {
  readonly seats: readonly Point[];
  readonly lines: readonly (readonly Point[])[];
  readonly marquee: Bounds | null;
  /** Shown beside the pointer, such as the number of seats. */
  readonly note: string;
  readonly noteAt?: Point;
}

interface OverlayFrame {
  readonly at: Placement;
  readonly size: Size;
  readonly pixelRatio: number;
  readonly palette: Palette;
  readonly state: EditorState;
  readonly preview: Preview;
  readonly guides: readonly Guide[];
  readonly isLifted: boolean;
  /** How far the focal point is being dragged. */
  readonly focalBy: Point;
}

/** In CSS pixels. */
const HANDLE_PX = 5.5;
const NOTE = { size: 12, padding: 7, height: 24, away: 18 } as const;
const GUIDE_COLOR = '#e11d8f';

/** Draws what lies above the plan: selection, handles, guides, previews. */
export class Overlay {
  colorsOf(palette: Palette): { readonly accent: string; readonly soft: string } {
    return { accent: palette.accent, soft: palette.mineHalo };
  }

  draw(context: Context, frame: OverlayFrame): void {
    const { at, palette, state, pixelRatio, isLifted } = frame;
    const { document, selection } = state.history.state;
    const colors = { ...this.colorsOf(palette), pixelRatio };
    if (!isLifted) {
      paintSelection(context, at, document, selection, colors);
      if (state.tool === 'select') this.#drawHandles(context, frame);
    }
    this.#drawFocalPoint(context, frame);
    this.#drawGuides(context, frame);
    this.#drawPreview(context, frame);
  }

  #drawHandles(context: Context, { at, pixelRatio, palette, state }: OverlayFrame): void {
    const { document, selection } = state.history.state;
    const radius = seatRadius(document);
    const handles = handlesOf(document, selection, radius, pixelRatio / at.scale);
    const frame = frameOf(document, selection);
    context.strokeStyle = palette.accent;
    context.lineWidth = pixelRatio;
    if (frame !== null && (selection.size > 1 || handles.some(({ kind }) => kind === 'rotate'))) {
      if (selection.size > 1) {
        context.setLineDash([4 * pixelRatio, 4 * pixelRatio]);
        const [left, top] = [frame.x * at.scale + at.left, frame.y * at.scale + at.top];
        const away = 6 * pixelRatio;
        context.strokeRect(
          left - away,
          top - away,
          frame.width * at.scale + 2 * away,
          frame.height * at.scale + 2 * away,
        );
        context.setLineDash([]);
      }
    }
    const rotate = handles.find(({ kind }) => kind === 'rotate');
    if (rotate !== undefined && frame !== null) drawStem(context, rotate, frame, at, pixelRatio);
    for (const handle of handles) drawHandle(context, handle, at, pixelRatio, palette);
  }

  #drawFocalPoint(
    context: Context,
    { at, pixelRatio, palette, state, focalBy }: OverlayFrame,
  ): void {
    const bounds = boundsOfObject(state.history.state.document, FOCAL_POINT);
    if (bounds === null) return;
    const x = (bounds.x + bounds.width / 2 + focalBy.x) * at.scale + at.left;
    const y = (bounds.y + bounds.height / 2 + focalBy.y) * at.scale + at.top;
    const radius = 8 * pixelRatio;
    context.strokeStyle = palette.urgent;
    context.lineWidth = 1.75 * pixelRatio;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      context.moveTo(x + dx * radius * 0.6, y + dy * radius * 0.6);
      context.lineTo(x + dx * radius * 1.6, y + dy * radius * 1.6);
    }
    context.stroke();
  }

  #drawGuides(context: Context, { at, pixelRatio, guides }: OverlayFrame): void {
    context.strokeStyle = GUIDE_COLOR;
    context.lineWidth = pixelRatio;
    context.beginPath();
    for (const { axis, at: place, from, to } of guides) {
      const [one, other] =
        axis === 'x'
          ? [
              { x: place, y: from },
              { x: place, y: to },
            ]
          : [
              { x: from, y: place },
              { x: to, y: place },
            ];
      context.moveTo(one.x * at.scale + at.left, one.y * at.scale + at.top);
      context.lineTo(other.x * at.scale + at.left, other.y * at.scale + at.top);
    }
    context.stroke();
  }

  #drawPreview(context: Context, { at, pixelRatio, palette, state, preview }: OverlayFrame): void {
    const radius = seatRadius(state.history.state.document) * at.scale;
    context.fillStyle = palette.mineHalo;
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5 * pixelRatio;
    context.beginPath();
    for (const { x, y } of preview.seats) {
      const [left, top] = [x * at.scale + at.left, y * at.scale + at.top];
      context.moveTo(left + radius, top);
      context.arc(left, top, radius, 0, 2 * Math.PI);
    }
    for (const line of preview.lines) {
      line.forEach(({ x, y }, place) => {
        const [left, top] = [x * at.scale + at.left, y * at.scale + at.top];
        if (place === 0) context.moveTo(left, top);
        else context.lineTo(left, top);
      });
    }
    context.fill();
    context.stroke();
    if (preview.marquee !== null) {
      const { x, y, width, height } = preview.marquee;
      const box = [
        x * at.scale + at.left,
        y * at.scale + at.top,
        width * at.scale,
        height * at.scale,
      ] as const;
      context.fillRect(...box);
      context.strokeRect(...box);
    }
    if (preview.note !== '' && preview.noteAt !== undefined) {
      drawNote(context, preview.note, preview.noteAt, at, pixelRatio, palette);
    }
  }
}

/** A line from the selection to the handle that turns it. */
function drawStem(
  context: Context,
  { x, y }: Point,
  frame: Bounds,
  at: Placement,
  pixelRatio: number,
): void {
  context.globalAlpha = 0.5;
  context.lineWidth = pixelRatio;
  context.beginPath();
  context.moveTo(x * at.scale + at.left, y * at.scale + at.top);
  context.lineTo(x * at.scale + at.left, frame.y * at.scale + at.top);
  context.stroke();
  context.globalAlpha = 1;
}

function drawHandle(
  context: Context,
  { x, y, kind }: Handle,
  at: Placement,
  pixelRatio: number,
  palette: Palette,
): void {
  const [left, top] = [x * at.scale + at.left, y * at.scale + at.top];
  const side = HANDLE_PX * pixelRatio;
  context.beginPath();
  if (kind === 'size' || kind === 'corner') {
    context.rect(left - side * 0.85, top - side * 0.85, side * 1.7, side * 1.7);
  } else if (kind === 'bend') {
    context.moveTo(left, top - side * 1.25);
    context.lineTo(left + side * 1.25, top);
    context.lineTo(left, top + side * 1.25);
    context.lineTo(left - side * 1.25, top);
    context.closePath();
  } else {
    context.arc(left, top, side, 0, 2 * Math.PI);
  }
  context.fillStyle = palette.surface;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2 * pixelRatio;
  context.fill();
  context.stroke();
  if (kind !== 'rotate') return;
  context.beginPath();
  context.arc(left, top, side * 0.3, 0, 2 * Math.PI);
  context.fillStyle = palette.accent;
  context.fill();
}

function drawNote(
  context: Context,
  text: string,
  point: Point,
  at: Placement,
  pixelRatio: number,
  palette: Palette,
): void {
  const size = NOTE.size * pixelRatio;
  setTextStyle(context, { color: palette.surface, size, font: palette.font });
  const width = context.measureText(text).width + 2 * NOTE.padding * pixelRatio;
  const left = point.x * at.scale + at.left + NOTE.away * pixelRatio;
  const top = point.y * at.scale + at.top + NOTE.away * pixelRatio;
  const height = NOTE.height * pixelRatio;
  context.fillStyle = palette.ink;
  context.beginPath();
  context.roundRect(left, top, width, height, 7 * pixelRatio);
  context.fill();
  context.fillStyle = palette.surface;
  context.fillText(text, left + width / 2, top + height / 2 + 0.5 * pixelRatio);
}
