/** Draws one hall with each renderer, and prints a table. Asserts nothing. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { chromium } from 'playwright-core';
import { build } from 'vite';

const HERE = import.meta.dirname;
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const SECONDS_EACH = 3;
const ORIGIN = 'http://maps.test';
const NAMES = {
  areas: 'ours, as it is used',
  ours: 'ours, no sections from afar',
  pixi: 'PixiJS, particles, WebGL',
  konva: 'Konva, one layer',
  svg: 'SVG',
};
const RUNS = {
  'pan, all': ['panFar', false],
  'pan, near': ['panNear', false],
  zoom: ['zoom', false],
  '25 changes': ['rest', true],
};
/** No GPU: what would draw on one is done by the processor, for all of them. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--enable-unsafe-swiftshader'],
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
];
const TYPES = { '.js': 'text/javascript', '.html': 'text/html' };

const hall = JSON.parse(readFileSync(process.env['HALL'], 'utf8'));
const built = mkdtempSync(join(tmpdir(), 'seatcast-maps-'));
try {
  await bundle();
  const only = process.env['ONLY']?.split(',') ?? Object.keys(NAMES);
  const rows = new Map(only.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, rounds] of rows) rounds.push(await measured(name));
  }
  print(rows);
} finally {
  rmSync(built, { recursive: true });
}

async function bundle() {
  process.env['NODE_ENV'] = 'production';
  await build({
    ...{ root: HERE, configFile: false, logLevel: 'warn' },
    resolve: { alias: { '@': resolve(HERE, '../../frontend/src') } },
    build: {
      ...{ outDir: built, emptyOutDir: true, modulePreload: false, target: 'es2023' },
      rollupOptions: { input: join(HERE, 'index.html') },
      chunkSizeWarningLimit: 1000,
    },
  });
}

async function measured(name) {
  const browser = await chromium.launch({ executablePath: process.env['CHROME'], args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    let bytes = 0;
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      const path = join(built, pathname);
      const body = readFileSync(path);
      if (extname(path) === '.js') bytes += gzipSync(body).length;
      await route.fulfill({ body, contentType: TYPES[extname(path)] });
    });
    await page.goto(`${ORIGIN}/index.html`);
    const common = bytes;
    const system = await browser.newBrowserCDPSession();
    const spent = async () => {
      const { processInfo } = await system.send('SystemInfo.getProcessInfo');
      return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
    };
    const firstMs = await page.evaluate(([one, all]) => window.open(one, all), [name, hall]);
    const result = { kilobytes: (bytes - common) / 1000, firstMs };
    for (const [run, [move, isChanging]] of Object.entries(RUNS)) {
      const before = await spent();
      const framesMs = await page.evaluate(
        ([one, changing, lengthMs]) => window.run(one, changing, lengthMs),
        [move, isChanging, SECONDS_EACH * 1000],
      );
      const cpuMs = ((await spent()) - before) / framesMs.length;
      framesMs.sort((a, b) => a - b);
      const p95 = framesMs[Math.ceil(0.95 * framesMs.length) - 1];
      result[run] = { median: framesMs[framesMs.length >> 1], p95, cpuMs };
    }
    return result;
  } finally {
    await browser.close();
  }
}

function print(rows) {
  const of = (rounds, part) => {
    const values = rounds.map(part).sort((a, b) => a - b);
    return values[values.length >> 1];
  };
  const header = ['', 'KB gz', 'first ms', ...Object.keys(RUNS)];
  const lines = [...rows].map(([name, rounds]) => [
    NAMES[name],
    of(rounds, ({ kilobytes }) => kilobytes).toFixed(1),
    of(rounds, ({ firstMs }) => firstMs).toFixed(0),
    ...Object.keys(RUNS).map((run) =>
      ['median', 'p95', 'cpuMs']
        .map((part) => of(rounds, (round) => round[run][part]).toFixed(part === 'cpuMs' ? 1 : 0))
        .join(' · '),
    ),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...lines].map((line) => line[column].length)),
  );
  const write = (line) =>
    `| ${line.map((text, column) => (column ? text.padStart(widths[column]) : text.padEnd(widths[0]))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column ? ':' : '-')).join('|')}|`;
  console.log(`${hall.seats.length} seats at 1440 × 900, median of ${ROUNDS}.`);
  console.log('Frames: median ms · p95 · processor ms a frame, all processes of the browser.\n');
  console.log([write(header), rule, ...lines.map(write)].join('\n'));
  console.log(`\nLoad average ${loadavg()[0].toFixed(1)}.`);
}
