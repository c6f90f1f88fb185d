/**
 * Pictures in SVG, which may come from anybody. The browser draws them as an `<img>`, where scripts
 * do not run and nothing is fetched; what would keep it drawing for too long is refused here.
 */

import type { Size } from '@/domain/geometry';

const MAX_BYTES = 5_000_000;
/** Counted as drawn: an element that is used ten times counts ten times. */
const MAX_ELEMENTS = 200_000;
const NAMESPACE = 'http://www.w3.org/2000/svg';
/** In its place, so that what is parsed is data: no handler, script or style is anything to it. */
const INERT = 'urn:inert-svg';
/** In CSS pixels. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, px: 1, in: 96, cm: 96 / 2.54, mm: 96 / 25.4, q: 96 / 101.6, pt: 96 / 72, pc: 16 },
};
/** By CSS, of a picture that tells no size. */
const DEFAULT_SIZE: Size = { width: 300, height: 150 };

export interface SvgPicture {
  readonly image: HTMLImageElement;
  /** In pixels; the longer side is the one asked for. */
  readonly size: Size;
}

/** Load an SVG to be drawn with `longSide` pixels. Null if it is none, or refused. */
export async function svgPicture(file: Blob, longSide: number): Promise<SvgPicture | null> {
  const sized = file.size > MAX_BYTES ? null : sizedSvg(await file.text(), longSide);
  if (sized === null) return null;
  const address = URL.createObjectURL(new Blob([sized.text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return { image, size: sized.size };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Return an SVG with a size in pixels, which browsers need to draw it. Null if it is refused. */
export function sizedSvg(text: string, longSide: number): { text: string; size: Size } | null {
  // Entities can repeat each other, a thousand million times.
  if (/<!ENTITY/i.test(text)) return null;
  const inert = text.replaceAll(NAMESPACE, INERT);
  const parsed = new DOMParser().parseFromString(inert, 'application/xml');
  const root = parsed.documentElement;
  if (root.namespaceURI !== INERT || root.localName !== 'svg') return null;
  if (parsed.querySelector('parsererror') !== null) return null;
  if (elementsDrawn(parsed) > MAX_ELEMENTS) return null;
  const own = sizeOf(root);
  const scale = longSide / Math.max(own.width, own.height);
  const size = {
    width: Math.max(Math.round(own.width * scale), 1),
    height: Math.max(Math.round(own.height * scale), 1),
  };
  if (!root.hasAttribute('viewBox')) {
    root.setAttribute('viewBox', `0 0 ${own.width} ${own.height}`);
  }
  root.setAttribute('width', String(size.width));
  root.setAttribute('height', String(size.height));
  const sized = new XMLSerializer().serializeToString(parsed).replaceAll(INERT, NAMESPACE);
  return { text: sized, size };
}

function sizeOf(root: Element): Size {
  const told = { width: pixels(root, 'width'), height: pixels(root, 'height') };
  const [, , width = 0, height = 0] = (root.getAttribute('viewBox') ?? '')
    .split(/[\s,]+/)
    .map(Number);
  return [told, { width, height }].find(isSize) ?? DEFAULT_SIZE;
}

function isSize({ width, height }: Size): boolean {
  return width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height);
}

/** NaN if it is missing, or relative. */
function pixels(root: Element, name: string): number {
  const value = (root.getAttribute(name) ?? '').trim();
  const [, number = '', unit = ''] = /^([\d.]+(?:e[+-]?\d+)?)([a-z]*)$/i.exec(value) ?? [];
  return number === '' ? NaN : Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
}

/** Count elements, with what each `<use>` repeats; Infinity if one repeats itself. */
function elementsDrawn(parsed: Document): number {
  const counts = new Map<Element, number>();
  const byId = new Map([...parsed.querySelectorAll('[id]')].map((found) => [found.id, found]));
  return count(parsed.documentElement);

  function count(element: Element): number {
    const known = counts.get(element);
    if (known !== undefined) return known;
    counts.set(element, Infinity);
    let sum = 1;
    for (const child of element.children) sum += count(child);
    const used = element.localName === 'use' ? byId.get(referenceOf(element)) : undefined;
    if (used !== undefined) sum += count(used);
    counts.set(element, sum);
    return sum;
  }
}

function referenceOf(use: Element): string {
  const address =
    use.getAttribute('href') ?? use.getAttributeNS('http://www.w3.org/1999/xlink', 'href') ?? '';
  return address.startsWith('#') ? address.slice(1) : '';
}
