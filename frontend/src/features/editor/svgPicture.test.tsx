import { expect, it } from 'vitest';

import { sizedSvg } from '@/features/editor/svgPicture';

function svg(attributes: string, content = ''): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`;
}

it.each([
  ['width="400" height="300"', 1_000, 750],
  ['width="210mm" height="297mm"', 707, 1_000],
  ['width="100%" height="100%" viewBox="0 0 50 200"', 250, 1_000],
  ['viewBox="-10,-10,200,100"', 1_000, 500],
  ['', 1_000, 500],
  ['width="1e9" height="1"', 1_000, 1],
  ['width="0" height="-4"', 1_000, 500],
])('draws %s with %i × %i pixels', (attributes, width, height) => {
  const sized = sizedSvg(svg(attributes), 1_000);
  expect(sized?.size).toEqual({ width, height });
  expect(sized?.text).toContain(`width="${width}"`);
});

it('keeps what is drawn in view, if the picture tells a size alone', () => {
  expect(sizedSvg(svg('width="40" height="30"'), 1_000)?.text).toContain('viewBox="0 0 40 30"');
  expect(sizedSvg(svg('viewBox="5 5 9 9"'), 1_000)?.text).toContain('viewBox="5 5 9 9"');
});

it.each([
  ['no XML', 'a picture'],
  ['unclosed XML', '<svg xmlns="http://www.w3.org/2000/svg"><g></svg>'],
  ['a page', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
  ['an svg of another language', '<svg/>'],
  ['entities', `<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>${svg('', '<g id="a"/>')}`],
])('refuses %s', (_, text) => {
  expect(sizedSvg(text, 1_000)).toBeNull();
});

it('refuses elements that repeat each other a million times, or themselves', () => {
  const level = (id: number) => `<g id="l${id}">${`<use href="#l${id - 1}"/>`.repeat(10)}</g>`;
  const levels = (count: number) =>
    svg('', `<g id="l0"/>${Array.from({ length: count }, (_, at) => level(at + 1)).join('')}`);
  expect(sizedSvg(levels(3), 1_000)).not.toBeNull();
  expect(sizedSvg(levels(7), 1_000)).toBeNull();
  expect(sizedSvg(svg('', '<g id="a"><use href="#a"/></g>'), 1_000)).toBeNull();
});
