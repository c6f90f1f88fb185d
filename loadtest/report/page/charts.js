/* global uPlot */
import { color, element, onTheme, onWidth } from './drawing.js';
import { percentileSaid, SAID, secondsSaid } from './units.js';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial';
const HEIGHT = 240;
const ROOMY = 560;
/** A line of more than that needs no dots. */
const MOST_POINTS = 30;
const WIDTHS = { line: 2, soft: 1.5, dots: 1, dashed: 1.5, area: 1.5 };
const DASHES = { dots: [2, 3], dashed: [6, 4] };
const NINES = [1, 2, 4, 10, 100, 1_000, 10_000, 100_000];

/** Draw a chart in its figure, with a legend that hides lines and tells values. */
export function showChart(figure, chart, seconds) {
  const host = figure.querySelector('.chart__canvas');
  const hidden = new Set();
  const values = legend(figure.querySelector('.legend'), chart, (place) => {
    if (!hidden.delete(place)) hidden.add(place);
    draw();
  });
  let plot;
  let width;
  const draw = () => {
    plot?.destroy();
    plot = plotted(host, chart, { width, seconds, hidden, zoom: 1, onCursor: tell });
  };
  const tell = (place) => {
    chart.series.forEach(({ values: numbers }, line) => {
      const number = place === null || place === undefined ? null : numbers[place];
      values[line].textContent = number === null ? '' : SAID[chart.unit](number);
    });
  };
  onWidth(host, (now) => {
    width = now;
    if (plot === undefined) draw();
    else plot.setSize({ width, height: HEIGHT });
  });
  onTheme(() => plot?.redraw(false));
  return hidden;
}

/** Answers a canvas with the chart, `zoom` times as large as on a screen of so many CSS pixels. */
export async function chartPicture(chart, { width, seconds, hidden, zoom }) {
  const host = element('div', { className: 'aside' });
  document.body.append(host);
  // The library multiplies by the screen's own ratio.
  const plot = plotted(host, chart, { width, seconds, hidden, zoom: zoom / devicePixelRatio });
  await new Promise((done) => setTimeout(done));
  const canvas = plot.ctx.canvas;
  host.remove();
  return canvas;
}

function plotted(host, chart, { width, seconds, hidden, zoom, onCursor }) {
  const { xs, lines, bands } = dataOf(chart, hidden);
  const isInTime = chart.kind !== 'percentiles';
  const axis = { font: `${12 * zoom}px ${FONT}`, gap: 6 * zoom };
  const faint = { stroke: () => color('line'), width: zoom };
  return new uPlot(
    {
      width: width * zoom,
      height: HEIGHT * zoom,
      padding: [12 * zoom, 24 * zoom, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
        ...(isInTime ? { sync: { key: 'time' } } : {}),
      },
      scales: {
        x: isInTime
          ? { time: false, range: [0, Math.max(seconds, xs.at(-1))] }
          : { time: false, distr: 3, range: [1, xs.at(-1)] },
        y: chart.isLog ? { distr: 3, range: logRange } : { range: fromZero },
      },
      axes: [
        {
          ...axis,
          stroke: () => color('muted'),
          size: 34 * zoom,
          space: 64 * zoom,
          grid: { show: false },
          ticks: { ...faint, size: 5 * zoom },
          ...(isInTime
            ? { values: (_, splits) => splits.map((split) => `${split} s`) }
            : {
                splits: () => NINES.filter((oneIn) => oneIn <= xs.at(-1)),
                filter: (plot, splits) => splits.map((split) => labelled(plot, split, zoom)),
                values: (_, splits) => splits.map((one) => (one ? percentileSaid(one) : '')),
              }),
        },
        {
          ...axis,
          stroke: () => color('muted'),
          size: 68 * zoom,
          space: 34 * zoom,
          grid: faint,
          ticks: { show: false },
          ...(chart.isLog
            ? { splits: (_, __, min, max) => powersOfTen(min, max), filter: (_, all) => all }
            : {}),
          values: (_, splits) => splits.map((split) => SAID[chart.unit](split)),
        },
      ],
      series: [{}, ...lines.map((line) => seriesOf(line, zoom))],
      bands,
      hooks: { setCursor: onCursor ? [(plot) => onCursor(plot.cursor.idx)] : [] },
    },
    [xs, ...lines.map((line) => line.values)],
    host,
  );
}

/** Lines as they are drawn; stacked ones from the top, each upon those after it. */
function dataOf(chart, hidden) {
  const shown = chart.series.map((one, place) => ({ ...one, isShown: !hidden.has(place) }));
  if (chart.kind === 'stack') {
    const sums = new Array(chart.xs.length).fill(0);
    const lines = shown.map((one) => {
      if (one.isShown) one.values.forEach((number, x) => (sums[x] += number));
      return { ...one, values: [...sums], style: 'stacked' };
    });
    // What is drawn later covers the lower part of what was drawn before.
    return { xs: chart.xs, lines: lines.reverse(), bands: [] };
  }
  const place = (name) => shown.findIndex((one) => one.isShown && one.name === name) + 1;
  const ends = [place('p99'), place('p50')];
  const isBand = chart.kind === 'time' && chart.unit === 'ms' && ends.every(Boolean);
  const bands = isBand ? [{ series: ends, fill: () => faded(color(shown[0].color), 0.16) }] : [];
  return { xs: chart.xs, lines: shown, bands };
}

function seriesOf({ color: name, style, isShown, values }, zoom) {
  const isDense = values.length > MOST_POINTS;
  const fills = {
    area: () => faded(color(name), 0.16),
    // Opaque, for it lies on what is above it.
    stacked: () => color(name),
  };
  return {
    show: isShown,
    stroke: () => (style === 'soft' ? faded(color(name), 0.65) : color(name)),
    width: (WIDTHS[style] ?? 1) * zoom,
    dash: DASHES[style]?.map((length) => length * zoom),
    fill: fills[style],
    spanGaps: style === 'line' || style === 'dashed' || style === 'soft',
    points: {
      ...(isDense ? { show: false } : {}),
      ...{ size: 4 * zoom, width: zoom, fill: () => color(name) },
    },
  };
}

function faded(hex, alpha) {
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

/** Answers a place on the axis of percentiles, or null where there is no room for its label. */
function labelled(plot, oneIn, zoom) {
  const isRoomy = plot.width > ROOMY * zoom;
  return isRoomy || oneIn === 1 || (oneIn >= 10 && oneIn < 10_000) ? oneIn : null;
}

function fromZero(_, __, max) {
  return [0, max > 0 ? max * 1.06 : 1];
}

/** Whole powers of ten about the values, two at least. */
function logRange(_, min, max) {
  if (!(min > 0)) return [1, 100];
  const from = Math.floor(Math.log10(min));
  return [10 ** from, 10 ** Math.max(from + 2, Math.ceil(Math.log10(max)))];
}

function powersOfTen(min, max) {
  const splits = [];
  for (let split = min; split <= max * 1.001; split *= 10) splits.push(split);
  return splits;
}

/** Answers the elements that tell the values at the cursor. */
function legend(list, chart, onToggle) {
  return chart.series.map((one, place) => {
    const value = element('span', { className: 'legend__value' });
    const button = element(
      'button',
      { type: 'button', className: `legend__item legend__item--${one.style}` },
      element('i', { ariaHidden: 'true' }),
      element('span', { textContent: one.name }),
      value,
    );
    button.style.setProperty('--color', `var(--${one.color})`);
    button.setAttribute('aria-pressed', 'true');
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.ariaPressed !== 'true'));
      onToggle(place);
    });
    list.append(element('li', {}, button));
    return value;
  });
}
