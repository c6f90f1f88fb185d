import { color, element, onTheme, onWidth } from './drawing.js';
import { framed, PICTURE_WIDTH, save, ZOOM } from './pictures.js';
import { placesIn, Replay } from './replay.js';
import { SeatMap } from './seatMap.js';
import { secondsSaid } from './units.js';

const NAMES = ['free', 'locked', 'reserved', 'blocked'];
const COLORS = ['seat-edge', 'locked', 'reserved', 'blocked'];
const SPEEDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
const WATCHED_SECONDS = 10;
const STEPS = 1000;
const MOST_HEIGHT = 640;

/** Let a person watch the seats of a run, and stop it where they like. */
export function showReplay(figure, data, { seconds, title }) {
  const replay = new Replay(data);
  const places = placesIn(data.positions);
  const canvas = figure.querySelector('canvas');
  const map = new SeatMap(canvas, places);
  const slider = figure.querySelector('input');
  const button = figure.querySelector('.play');
  const speed = figure.querySelector('select');
  const clock = figure.querySelector('.replay__clock');
  const lengthMs = Math.max(1, seconds * 1000, replay.lastMs);
  const hasBlocked = replay.counts[3] > 0;
  const counts = countsList(figure.querySelector('.replay__counts'), hasBlocked);
  let nowMs = lengthMs;
  let frame = null;

  function show(ms) {
    nowMs = Math.min(lengthMs, ms);
    replay.seek(nowMs);
    map.draw(replay.statuses);
    counts.forEach((count, status) => {
      count.textContent = replay.counts[status].toLocaleString('en');
    });
    clock.textContent = secondsSaid(nowMs / 1000);
    slider.value = nowMs;
    slider.setAttribute(
      'aria-valuetext',
      `${secondsSaid(nowMs / 1000)} of ${secondsSaid(lengthMs / 1000)}`,
    );
  }

  function play() {
    if (nowMs >= lengthMs) nowMs = 0;
    button.textContent = 'Pause';
    let before = null;
    const step = (at) => {
      const passedMs = before === null ? 0 : at - before;
      before = at;
      show(nowMs + passedMs * Number(speed.value));
      if (nowMs < lengthMs) frame = requestAnimationFrame(step);
      else pause();
    };
    frame = requestAnimationFrame(step);
  }

  function pause() {
    cancelAnimationFrame(frame);
    frame = null;
    button.textContent = 'Play';
  }

  function colors() {
    return {
      seat: color('seat'),
      seatEdge: color('seat-edge'),
      locked: color('locked'),
      onLocked: color('on-locked'),
      reserved: color('reserved'),
      onReserved: color('on-reserved'),
      blocked: color('blocked'),
    };
  }

  function fit() {
    const host = canvas.parentElement;
    const size = map.fit({
      width: Math.floor(host.clientWidth),
      maxHeight: Math.min(MOST_HEIGHT, Math.max(240, innerHeight * 0.75)),
      zoom: devicePixelRatio,
      colors: colors(),
    });
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
    show(nowMs);
  }

  function picture() {
    const drawn = element('canvas');
    const large = new SeatMap(drawn, places);
    large.fit({ width: PICTURE_WIDTH, maxHeight: 800, zoom: ZOOM, colors: colors() });
    large.draw(replay.statuses);
    const shown = NAMES.slice(0, counts.length);
    return framed(drawn, {
      title,
      subtitle: `${secondsSaid(nowMs / 1000)} after the start`,
      legend: shown.map((name, status) => [
        `${replay.counts[status].toLocaleString('en')} ${name}`,
        COLORS[status],
      ]),
    });
  }

  slider.max = lengthMs;
  slider.step = lengthMs / STEPS;
  slider.addEventListener('input', () => {
    if (frame !== null) pause();
    show(Number(slider.value));
  });
  button.addEventListener('click', () => (frame === null ? play() : pause()));
  figure.querySelector('.save').addEventListener('click', () => save(picture(), 'seats'));
  fillSpeeds(speed, lengthMs / 1000);
  onWidth(canvas.parentElement, fit);
  onTheme(fit);
  playOnceSeen(canvas, play);
}

/** Someone who wants little motion starts it themselves. */
function playOnceSeen(canvas, play) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      play();
    },
    { threshold: 0.6 },
  );
  seen.observe(canvas);
}

function fillSpeeds(select, seconds) {
  const wanted = SPEEDS.toSorted(
    (a, b) =>
      Math.abs(Math.log(seconds / a / WATCHED_SECONDS)) -
      Math.abs(Math.log(seconds / b / WATCHED_SECONDS)),
  )[0];
  for (const speed of SPEEDS) select.append(element('option', { value: speed, text: `${speed}×` }));
  select.value = String(wanted);
}

/** Answers the elements that tell how many seats are in each status. */
function countsList(list, hasBlocked) {
  const shown = hasBlocked ? NAMES : NAMES.slice(0, 3);
  return shown.map((name, status) => {
    const count = element('b');
    const swatch = element('i', { ariaHidden: 'true', className: `swatch swatch--${name}` });
    swatch.style.setProperty('--color', `var(--${COLORS[status]})`);
    const item = element('li', {}, swatch, count, ` ${name}`);
    item.dataset.status = name;
    list.append(item);
    return count;
  });
}
