import Konva from 'konva/lib/Core';
import { Image } from 'konva/lib/shapes/Image';

import { drawSeat } from '../colors.js';

const SPRITE_RADIUS = 16;

/** As its guide to performance advises: one layer, nothing listens, shapes that were drawn before. */
export function create(host, hall) {
  const stage = new Konva.Stage({
    container: host,
    width: host.clientWidth,
    height: host.clientHeight,
    listening: false,
  });
  const layer = new Konva.Layer({ listening: false });
  const sprites = [false, true].map((isLocked) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 2 * SPRITE_RADIUS;
    drawSeat(canvas.getContext('2d'), SPRITE_RADIUS, SPRITE_RADIUS, SPRITE_RADIUS, isLocked);
    return canvas;
  });
  const { radius } = hall;
  const isLocked = new Uint8Array(hall.seats.length);
  const shapes = hall.seats.map(
    ({ x, y }) =>
      new Image({
        ...{ image: sprites[0], x: x - radius, y: y - radius },
        ...{ width: 2 * radius, height: 2 * radius, listening: false },
        ...{ perfectDrawEnabled: false, transformsEnabled: 'position' },
      }),
  );
  layer.add(...shapes);
  stage.add(layer);
  return {
    view({ scale, left, top }) {
      layer.setAttrs({ scaleX: scale, scaleY: scale, x: left, y: top });
      layer.batchDraw();
    },
    change(indexes) {
      for (const index of indexes) shapes[index].image(sprites[(isLocked[index] ^= 1)]);
    },
  };
}
