import { describe, expect, it } from 'vitest';

import { boxOfLine, type Label, layOutLabel, type MeasureText } from '@/canvas/areaLabels';
import { type Area, areasOf } from '@/canvas/areas';
import { fit } from '@/canvas/viewport';
import { distance, overlap, type Point } from '@/domain/geometry';
import { sectionsOf } from '@/domain/seatMap/sections';
import de from '@/i18n/de/map.json';
import en from '@/i18n/en/map.json';
import { factsOf, makeSeat } from '@/testing/factories';
import { stadiumScene } from '@/testing/stadium';

/** Wider than any letter of the site's fonts on average. */
const measure: MeasureText = (text, weight) => text.length * (weight > 600 ? 0.66 : 0.6);

/** The map's size on screens of 320, 390, 1440 and 2560 pixels. */
const MAPS = {
  320: { width: 320, height: 250 },
  390: { width: 390, height: 470 },
  1440: { width: 1_072, height: 640 },
  2560: { width: 2_192, height: 1_180 },
} as const;

const { areas, extent } = stadiumScene();

function layOut(area: Area, texts: readonly string[], scale: number): Label {
  return layOutLabel(area, texts, { scale, pixelRatio: 1, maxSize: 20, measure });
}

/** A rectangle, maybe turned, by its corners. */
type Box = readonly Point[];

/** The boxes of a label's lines, in plan units. */
function boxesOf({ middle }: Area, { angle, lines }: Label, scale: number): Box[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return lines.map((line) => {
    const { x, y, width, height } = boxOfLine(line, measure);
    const corners = [
      { x, y },
      { x: x + width, y },
      { x: x + width, y: y + height },
      { x, y: y + height },
    ];
    return corners.map((corner) => ({
      x: middle.x + (corner.x * cos - corner.y * sin) / scale,
      y: middle.y + (corner.x * sin + corner.y * cos) / scale,
    }));
  });
}

/** Whether two boxes cross: no side of either has the other one beyond it. */
function doCross(one: Box, other: Box): boolean {
  return !isBeyondASide(one, other) && !isBeyondASide(other, one);
}

function isBeyondASide(box: Box, other: Box): boolean {
  return box.some((to, at) => {
    const from = box.at(at - 1) ?? to;
    return other.every(
      ({ x, y }) => (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x) < 0,
    );
  });
}

/** The area whose border a point is in: that of the nearest point of an outline. */
function nearestArea(point: Point): Area | undefined {
  const away = (area: Area) =>
    Math.min(...area.outlines.flatMap((outline) => sides(outline, point)));
  return areas
    .filter(({ bounds }) => overlap(bounds, { ...point, width: 0, height: 0 }))
    .map((area) => ({ area, away: contains(area, point) ? 0 : away(area) - area.thickness / 2 }))
    .filter((candidate) => candidate.away <= 0)
    .sort((a, b) => a.away - b.away)[0]?.area;
}

function sides(outline: readonly Point[], point: Point): number[] {
  return outline.map((to, at) => {
    const from = outline.at(at - 1) ?? to;
    const length = distance(from, to) || 1;
    const along =
      ((point.x - from.x) * (to.x - from.x) + (point.y - from.y) * (to.y - from.y)) / length ** 2;
    const share = Math.min(Math.max(along, 0), 1);
    return distance(point, {
      x: from.x + share * (to.x - from.x),
      y: from.y + share * (to.y - from.y),
    });
  });
}

function contains({ outlines }: Area, { x, y }: Point): boolean {
  return outlines.some((outline) => {
    let isInside = false;
    outline.forEach((one, at) => {
      const other = outline.at(at - 1) ?? one;
      if (one.y > y === other.y > y) return;
      const crossing = one.x + ((other.x - one.x) * (y - one.y)) / (other.y - one.y);
      if (x < crossing) isInside = !isInside;
    });
    return isInside;
  });
}

const DETAILS = {
  en: detailsIn(en, '€140'),
  de: detailsIn(de, '140\u00a0€'),
} as const;

function detailsIn({ free_other: free, priceFrom, soldOut }: typeof en, price: string) {
  return {
    free: [free.replace('{{count}}', '858'), priceFrom.replace('{{price}}', price)],
    soldOut: [soldOut],
  };
}

const CASES = ([320, 390, 1440, 2560] as const).flatMap((width) =>
  (['en', 'de'] as const).map((language) => ({ width, language })),
);

describe.each(CASES)('labels of a stadium at $width pixels, $language', ({ width, language }) => {
  const { scale } = fit(extent.bounds, MAPS[width]);
  const { free, soldOut } = DETAILS[language];
  const all = areas.map((area, at) => {
    const label = layOut(area, [area.name, ...(at % 4 === 0 ? soldOut : free)], scale);
    return { area, label, boxes: boxesOf(area, label, scale) };
  });

  it('always have the whole number', () => {
    expect(all.map(({ label }) => label.lines[0]?.text)).toEqual(areas.map(({ name }) => name));
  });

  it('cross no border', () => {
    for (const { area, boxes } of all) {
      for (const corner of boxes.flat()) {
        expect(nearestArea(corner)?.name).toBe(area.name);
      }
    }
  });

  it('cross no other label', () => {
    const boxes = all.flatMap(({ area, boxes: own }) => own.map((box) => ({ area, box })));
    for (const one of boxes) {
      const crossed = boxes.filter(({ area, box }) => area !== one.area && doCross(box, one.box));
      expect(crossed).toEqual([]);
    }
  });
});

it.each([60, 100, 150, 200])('a section has its number on a map of %s pixels too', (side) => {
  const { scale } = fit(extent.bounds, { width: side, height: side });
  const names = areas.map((area) => layOut(area, [area.name, '858 free'], scale).lines[0]?.text);
  expect(names).toEqual(areas.map(({ name }) => name));
});

it('has prices where there is room', () => {
  const lines = (width: keyof typeof MAPS) => {
    const { scale } = fit(extent.bounds, MAPS[width]);
    return areas.map(
      (area) => layOut(area, [area.name, '858 free', 'from €140'], scale).lines.length,
    );
  };
  expect(Math.max(...lines(390))).toBe(1);
  expect(lines(2560).every((count) => count === 3)).toBe(true);
});

describe('a name that does not fit', () => {
  const seats = Array.from({ length: 9 }, (_, at) => ({
    x: 10 * (at % 3),
    y: 10 * Math.floor(at / 3),
  }));

  it.each([
    ['Block 104', '104'],
    ['Upper Circle Left', 'UCL'],
    ['Gallery', 'Gall…'],
  ])('%s is abbreviated to %s', (name, short) => {
    expect(labelOf(name, seats).lines).toMatchObject([{ text: short }]);
  });

  it('is turned along a narrow area', () => {
    const strip = (left: number) =>
      Array.from({ length: 20 }, (_, at) => ({
        x: left + 8 * (at % 2),
        y: 8 * Math.floor(at / 2),
      }));
    const { angle, lines } = labelOf('Gallery', [...strip(0), ...strip(300)]);
    expect(lines).toMatchObject([{ text: 'Gallery' }]);
    expect(angle).toBeCloseTo(-Math.PI / 2);
  });

  function labelOf(name: string, places: readonly Point[]): Label {
    const facts = [...places, { x: 500, y: 500 }].map(({ x, y }, index) => {
      const section = index < places.length ? name : 'Stage';
      const row = `${x < 100 ? 'left' : 'right'} ${y}`;
      return factsOf(makeSeat(index, { section, row, x, y }), index);
    });
    const [area] = areasOf(sectionsOf(facts), 4);
    if (area === undefined) throw new Error('There is no area');
    return layOut(area, [name, '12 free'], 0.8);
  }
});
