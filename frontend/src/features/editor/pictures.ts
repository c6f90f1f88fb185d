import type { Point, Size } from '@/domain/geometry';
import { BACKGROUND, rounded } from '@/domain/planDocument/document';
import { boundsOfPlan } from '@/domain/planDocument/bounds';
import type { EditorStore } from '@/features/editor/editorStore';
import { svgPicture } from '@/features/editor/svgPicture';
import { t } from '@/i18n/language';

const SVG = 'image/svg+xml';
export const PICTURE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', SVG];
/** Larger pictures are scaled down: they are stored with each draft. */
const MAX_SIDE = 1_600;
const MAX_BYTES = 40_000_000;
const QUALITY = 0.8;
const OPACITY = 0.5;

/**
 * Put a picture below the plan, to trace from. It is decoded and written again, so that nothing but
 * its pixels is stored. Returns whether it is a picture.
 */
export async function placePicture(
  store: EditorStore,
  file: Blob,
  center: Point,
): Promise<boolean> {
  if (!PICTURE_TYPES.includes(file.type) || file.size > MAX_BYTES) return false;
  const picture = await decoded(file);
  if (picture === null) return false;
  const { href, width, height } = picture;
  // About as wide as what is there already.
  const wide = Math.max(boundsOfPlan(store.document).width, 400);
  const high = (wide * height) / width;
  const background = {
    href,
    x: rounded(center.x - wide / 2),
    y: rounded(center.y - high / 2),
    width: rounded(wide),
    height: rounded(high),
    opacity: OPACITY,
  };
  store.run(
    t('editor:did_setPicture'),
    (plan) => ({ ...plan, json: { ...plan.json, background } }),
    { selection: new Set([BACKGROUND]) },
  );
  store.set({ tool: 'select' });
  return true;
}

async function decoded(file: Blob) {
  try {
    return file.type === SVG ? await decodedSvg(file) : await decodedBitmap(file);
  } catch {
    return null;
  }
}

async function decodedSvg(file: Blob) {
  const picture = await svgPicture(file, MAX_SIDE);
  return picture === null ? null : asJpeg(picture.image, picture.size);
}

async function decodedBitmap(file: Blob) {
  const bitmap = await createImageBitmap(file);
  const share = Math.min(MAX_SIDE / Math.max(bitmap.width, bitmap.height), 1);
  const picture = asJpeg(bitmap, {
    width: Math.max(Math.round(bitmap.width * share), 1),
    height: Math.max(Math.round(bitmap.height * share), 1),
  });
  bitmap.close();
  return picture;
}

function asJpeg(picture: CanvasImageSource, { width, height }: Size) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (context === null) return null;
  // JPEG has no transparency: it would become black.
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return { href: canvas.toDataURL('image/jpeg', QUALITY), width, height };
}
