/** What is drawn on: a canvas, or in a test something that notes what was drawn. */
export type Context = CanvasRenderingContext2D;

/** Make a surface of a size in device pixels. */
export type CreateSurface = (width: number, height: number) => Context;

export const createCanvas: CreateSurface = (width, height) => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no 2D canvas');
  return context;
};
