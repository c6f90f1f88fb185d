/** Saves the pictures of a page, and frames of its seats; see pictures.py. */

const { createRequire } = require('node:module');
const { join } = require('node:path');

const { CHROME, FRONTEND, PAGE, FOLDER, FRAMES_FOLDER } = process.env;
const FRAMES = Number(process.env.FRAMES);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
const FRAMES_WIDTH = 760;

const { chromium } = createRequire(join(FRONTEND, 'package.json'))('@playwright/test');

async function main() {
  const browser = await chromium.launch({ executablePath: CHROME, args: FLAGS });
  try {
    await savePictures(browser);
    await saveFrames(browser);
  } finally {
    await browser.close();
  }
}

async function savePictures(browser) {
  const page = await opened(browser, 1440);
  for (const button of await page.locator('.save').all()) {
    const download = page.waitForEvent('download');
    await button.click();
    const picture = await download;
    await picture.saveAs(join(FOLDER, picture.suggestedFilename()));
  }
}

async function saveFrames(browser) {
  const page = await opened(browser, FRAMES_WIDTH);
  const slider = page.locator('.replay input[type=range]');
  if ((await slider.count()) === 0) return;
  for (let frame = 0; frame <= FRAMES; frame++) {
    await slider.evaluate((input, part) => {
      input.value = input.max * part;
      input.dispatchEvent(new Event('input'));
    }, frame / FRAMES);
    const path = join(FRAMES_FOLDER, `${String(frame).padStart(4, '0')}.png`);
    await page.locator('.replay__picture').screenshot({ path });
  }
}

async function opened(browser, width) {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  await page.goto(PAGE);
  await page.locator('.chart canvas, .replay canvas').first().waitFor();
  return page;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
