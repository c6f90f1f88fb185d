import { color, element } from './drawing.js';

/** Saved pictures are as sharp as on a screen with twice the pixels. */
export const ZOOM = 2;
export const PICTURE_WIDTH = 960;
const MARGIN = 24;
const LINE = 26;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial';

/** Answers a canvas with a heading, a legend of `[text, color]`, and what was drawn below them. */
export function framed(drawn, { title, subtitle, legend }) {
  const canvas = element('canvas');
  const context = canvas.getContext('2d');
  canvas.width = drawn.width + 2 * MARGIN * ZOOM;
  const rows = legendRows(context, legend, drawn.width / ZOOM);
  const top = MARGIN + 2 * LINE + LINE * rows.length + 10;
  canvas.height = drawn.height + (top + MARGIN) * ZOOM;
  context.fillStyle = color('surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, MARGIN * ZOOM, top * ZOOM);
  context.scale(ZOOM, ZOOM);
  context.textBaseline = 'middle';
  write(context, title, { x: MARGIN, y: MARGIN + LINE / 2, font: `600 18px ${FONT}`, ink: 'ink' });
  write(context, subtitle, {
    ...{ x: MARGIN, y: MARGIN + LINE * 1.5 - 2 },
    ...{ font: `13px ${FONT}`, ink: 'muted' },
  });
  rows.forEach((row, place) => {
    const y = MARGIN + LINE * (place + 2.5) - 2;
    for (const { text, swatch, x } of row) {
      context.fillStyle = color(swatch);
      context.beginPath();
      context.roundRect(MARGIN + x, y - 5, 10, 10, 3);
      context.fill();
      write(context, text, { x: MARGIN + x + 16, y, font: `13px ${FONT}`, ink: 'ink' });
    }
  });
  return canvas;
}

export async function save(canvas, name) {
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: `${name}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function legendRows(context, legend, width) {
  context.font = `13px ${FONT}`;
  const rows = [];
  let x = Infinity;
  for (const [text, swatch] of legend) {
    const wide = context.measureText(text).width + 16 + 18;
    if (x + wide > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1).push({ text, swatch, x });
    x += wide;
  }
  return rows;
}

function write(context, text, { x, y, font, ink }) {
  context.font = font;
  context.fillStyle = color(ink);
  context.fillText(text, x, y);
}
