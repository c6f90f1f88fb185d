import { Application, Particle, ParticleContainer, Rectangle, Texture } from 'pixi.js';

import { drawSeat } from '../colors.js';

const SPRITE_RADIUS = 32;

/** In one draw call: particles whose places do not change, of two parts of one picture. */
export async function create(host, hall) {
  const app = new Application();
  await app.init({
    ...{ width: host.clientWidth, height: host.clientHeight, preference: 'webgl' },
    ...{ backgroundAlpha: 0, autoStart: false, sharedTicker: false, autoDensity: true },
    resolution: devicePixelRatio,
  });
  app.ticker.stop();
  host.append(app.canvas);
  const atlas = document.createElement('canvas');
  [atlas.width, atlas.height] = [4 * SPRITE_RADIUS, 2 * SPRITE_RADIUS];
  const context = atlas.getContext('2d');
  for (const place of [0, 1]) {
    drawSeat(context, (2 * place + 1) * SPRITE_RADIUS, SPRITE_RADIUS, SPRITE_RADIUS, place === 1);
  }
  const { source } = Texture.from(atlas);
  const textures = [0, 1].map(
    (place) =>
      new Texture({
        source,
        frame: new Rectangle(2 * place * SPRITE_RADIUS, 0, 2 * SPRITE_RADIUS, 2 * SPRITE_RADIUS),
      }),
  );
  const container = new ParticleContainer({
    texture: textures[0],
    dynamicProperties: {
      position: false,
      vertex: false,
      rotation: false,
      color: false,
      uvs: false,
    },
  });
  const isLocked = new Uint8Array(hall.seats.length);
  const scale = hall.radius / SPRITE_RADIUS;
  const particles = hall.seats.map(
    ({ x, y }) =>
      new Particle({
        ...{ texture: textures[0], x, y, scaleX: scale, scaleY: scale },
        ...{ anchorX: 0.5, anchorY: 0.5 },
      }),
  );
  for (const particle of particles) container.addParticle(particle);
  app.stage.addChild(container);
  let frame = 0;
  const draw = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      app.render();
    });
  };
  return {
    view({ scale: seen, left, top }) {
      container.scale.set(seen);
      container.position.set(left, top);
      draw();
    },
    change(indexes) {
      for (const index of indexes) particles[index].texture = textures[(isLocked[index] ^= 1)];
      container.update();
      draw();
    },
  };
}
