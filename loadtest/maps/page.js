/** What each renderer is asked to do, timed where it happens. */

const RENDERERS = {
  areas: () => import('./renderers/areas.js'),
  ours: () => import('./renderers/ours.js'),
  pixi: () => import('./renderers/pixi.js'),
  konva: () => import('./renderers/konva.js'),
  svg: () => import('./renderers/svg.js'),
};

const CHANGED_A_FRAME = 25;
const NEAR_RADIUS_PX = 14;

let hall;
let map;

/** Answers how many ms it takes from the seats, in memory, to a frame that shows them. */
window.open = async (name, given) => {
  hall = given;
  const { create } = await RENDERERS[name]();
  const host = document.querySelector('#host');
  const startedMs = performance.now();
  map = await create(host, hall);
  map.view(whole());
  // The frame in which it is drawn, and one more before which that one was handed over.
  await nextFrame();
  await nextFrame();
  return performance.now() - startedMs;
};

const MOVES = {
  rest: () => whole(),
  panFar: (number) => moved(scaled(1.3), number),
  panNear: (number) => moved(scaled(NEAR_RADIUS_PX / hall.radius / whole().scale), number),
  zoom: (number) => scaled(1.02 ** (60 - Math.abs((number % 120) - 60)) * 1.1),
};

/** Answers the ms from frame to frame while the view moves, or while seats change. */
window.run = async (move, isChanging, lengthMs) => {
  map.view(MOVES[move](0));
  await new Promise((done) => setTimeout(done, 1500));
  const times = [];
  for (let number = 0; ; number++) {
    times.push(await nextFrame());
    if (times.at(-1) - times[0] >= lengthMs) break;
    if (move !== 'rest') map.view(MOVES[move](number));
    if (isChanging) {
      map.change(
        Array.from(
          { length: CHANGED_A_FRAME },
          (_, one) => (number * 9973 + one * 1999) % hall.seats.length,
        ),
      );
    }
  }
  return times.slice(1).map((time, place) => time - times[place]);
};

function whole() {
  const { clientWidth, clientHeight } = document.querySelector('#host');
  const { x, y, width, height } = hall.bounds;
  const scale = Math.min(clientWidth / width, clientHeight / height);
  return {
    scale,
    left: clientWidth / 2 - (x + width / 2) * scale,
    top: clientHeight / 2 - (y + height / 2) * scale,
  };
}

function scaled(factor) {
  const { clientWidth, clientHeight } = document.querySelector('#host');
  const { scale, left, top } = whole();
  // About a place in a stand, not the pitch.
  const [x, y] = [clientWidth / 2, clientHeight / 5];
  return {
    scale: scale * factor,
    left: x - (x - left) * factor,
    top: y - (y - top) * factor,
  };
}

function moved({ scale, left, top }, number) {
  return {
    scale,
    left: left + 400 * Math.sin(number / 31),
    top: top + 200 * Math.sin(number / 23),
  };
}

function nextFrame() {
  return new Promise((done) => requestAnimationFrame(done));
}
