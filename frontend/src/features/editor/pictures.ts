import type { Point } from '@/domain/geometry';
import { BACKGROUND, rounded } from '@/domain/planDocument/document';
import { boundsOfPlan } from '@/domain/planDocument/bounds';
import type { EditorStore } from '@/features/editor/editorStore';
import { t } from '@/i18n/language';

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
  if (!/^image\/(png|jpeg|webp)$/.test(file.type) || file.size > MAX_BYTES) return false;
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
    const bitmap = await createImageBitmap(file);
    const share = Math.min(MAX_SIDE / Math.max(bitmap.width, bitmap.height), 1);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(Math.round(bitmap.width * share), 1);
    canvas.height = Math.max(Math.round(bitmap.height * share), 1);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const href = canvas.toDataURL('image/jpeg', QUALITY);
    return { href, width: canvas.width, height: canvas.height };
  } catch {
    return null;
  }
}
