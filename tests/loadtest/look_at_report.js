/** Opens PAGE, watches its seats at MOMENTS (parts of the run), and prints what was seen. */

const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { CHROME, FRONTEND, PAGE } = process.env;
const MOMENTS = JSON.parse(process.env.MOMENTS);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];

const { chromium } = createRequire(join(FRONTEND, 'package.json'))('@playwright/test');

async function main() {
  const browser = await chromium.launch({ executablePath: CHROME, args: FLAGS });
  try {
    const page = await browser.newPage({ reducedMotion: 'reduce', acceptDownloads: true });
    const complaints = [];
    const asked = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(PAGE);
    const charts = page.locator('.chart');
    for (const chart of await charts.all()) await chart.locator('canvas').waitFor();
    const seen = {
      charts: await charts.count(),
      hasRun: await page.evaluate(() => 'hasRun' in window),
      moments: (await page.locator('.replay').count()) ? await moments(page) : [],
      picture: (await charts.count()) ? await savedPicture(page) : null,
    };
    console.log(JSON.stringify({ ...seen, complaints, asked }));
  } finally {
    await browser.close();
  }
}

async function moments(page) {
  const slider = page.getByRole('slider');
  const seen = [];
  for (const moment of MOMENTS) {
    await slider.evaluate((input, part) => {
      input.value = input.max * part;
      input.dispatchEvent(new Event('input'));
    }, moment);
    seen.push(await shown(page));
  }
  await slider.press('Home');
  seen.push(await shown(page));
  await slider.press('End');
  seen.push(await shown(page));
  return seen;
}

async function shown(page) {
  const numbers = await page.locator('.replay__counts b').allTextContents();
  return {
    ms: await page.getByRole('slider').evaluate((input) => input.valueAsNumber),
    counts: numbers.map((number) => Number(number.replaceAll(',', ''))),
  };
}

async function savedPicture(page) {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save picture' }).first().click();
  return readFileSync(await (await download).path()).toString('latin1', 1, 4);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
