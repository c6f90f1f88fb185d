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
