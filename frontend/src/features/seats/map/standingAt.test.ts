import { expect, it } from 'vitest';

import type { Shape } from '@/api/types';
import { SeatGrid } from '@/canvas/seatGrid';
import { standingAt } from '@/features/seats/map/standingAt';

const AREA = { group: 'pit', name: 'Pit' } as never;
const BOUNDS = { x: 0, y: 0, width: 1, height: 1 };

function areaAt(shape: object, x: number, y: number) {
  const placed = { x: 100, y: 100, rotation: 0, group: 'pit', ...shape } as Shape;
  const scene = {
    shapes: [{ shape: placed, bounds: BOUNDS }],
    standing: [AREA],
    grid: new SeatGrid([], BOUNDS),
    plan: { seat_radius: 10 } as never,
  };
  return standingAt(scene, { x, y });
}

const RECTANGLE = { shape: 'rectangle', width: 80, height: 20 };
const CORNERS = [
  [0, 0],
  [50, 0],
  [0, 50],
];

it.each([
  [RECTANGLE, [179, 119], [179, 121]],
  [{ ...RECTANGLE, rotation: 90 }, [81, 179], [119, 119]],
  [{ shape: 'circle', radius: 30 }, [120, 120], [125, 125]],
  [{ shape: 'ellipse', radius_x: 60, radius_y: 10 }, [155, 100], [100, 112]],
  [{ shape: 'polygon', points: CORNERS }, [110, 110], [140, 140]],
] as const)('is found anywhere within %o', (shape, [x, y], [outsideX, outsideY]) => {
  expect(areaAt(shape, x, y)).toBe(AREA);
  expect(areaAt(shape, outsideX, outsideY)).toBeNull();
});
