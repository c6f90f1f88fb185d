import { expect, it } from 'vitest';

import { planExtent } from '@/canvas/planExtent';
import { makeEvent } from '@/testing/factories';

const { plan } = makeEvent();
const words = {
  shape: 'text',
  x: 500,
  y: 300,
  rotation: 0,
  color: null,
  border_color: null,
  text: { text: 'NORTH STAND', size: 40, color: null, x: 0, y: 0 },
} as const;

it('includes text at the edge of the plan in any direction', () => {
  const { bounds } = planExtent({ ...plan, shapes: [words] }, []);
  expect(bounds.width).toBeGreaterThan(words.text.text.length * 0.6 * words.text.size);
  expect(bounds.height).toBeGreaterThan(words.text.size);
  const upright = planExtent({ ...plan, shapes: [{ ...words, rotation: 90 }] }, []).bounds;
  expect(upright.height).toBeCloseTo(bounds.width);
  expect(upright.width).toBeCloseTo(bounds.height);
});
