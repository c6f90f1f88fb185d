/** The canvas context, which tests replace by a recorder. */
export type Context = CanvasRenderingContext2D;

/** Create a surface; sizes in device pixels. */
export type CreateSurface = (width: number, height: number) => Context;

export const createCanvas: CreateSurface = (width, height) => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no 2D canvas');
  return context;
};

/**
 * Position of the plan on a surface, in device pixels: a plan point (x, y) is at (x·scale + left,
 * …).
 */
export interface Placement {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface TextStyle {
  readonly color: string;
  /** Font size in device pixels. */
  readonly size: number;
  readonly weight?: number;
  readonly font: string;
}

/** Set the style of centred text. */
export function setTextStyle(
  context: Context,
  { color, size, weight = 600, font }: TextStyle,
): void {
  context.fillStyle = color;
  context.font = `${weight} ${size}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
}
