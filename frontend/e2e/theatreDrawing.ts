import type { Locator, Page } from '@playwright/test';

import type { Inspect } from './fixtures';

/** In CSS pixels, at 1440 × 900. */
export type Place = readonly [x: number, y: number];

/** Draws with the editor's tools, by mouse and keyboard. */
export class Drawing {
  readonly #page: Page;
  readonly #stage: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#stage = page.getByRole('application', { name: 'Seating plan' });
  }

  async drawTheatre(inspect: Inspect): Promise<void> {
    const page = this.#page;
    await this.#addCategories(['Stalls', 'Circle', 'Boxes', 'Tables', 'Standing']);
    await this.#addFloors(['Ground floor', 'First floor']);
    await inspect(page, 'editor-floors');
    await this.#addSection('Ground floor', 'Stalls');
    await this.#drawStalls();
    await this.#drawStage();
    await inspect(page, 'editor-stalls');
    await this.#addSection('Ground floor', 'Pit');
    await this.#drawPit();
    await this.#addSection('Ground floor', 'Boxes left');
    await this.#drawBoxes(inspect);
    await this.#addSection('First floor', 'Circle');
    await this.#drawCircle();
    await this.#addSection('First floor', 'Bar');
    await this.#drawTables();
    await inspect(page, 'editor-tables');
    await this.#markWheelchairPlaces();
    await inspect(page, 'editor-wheelchair-places');
    await this.#open('Check');
    await page.getByRole('button', { name: 'Check the plan' }).click();
    await page.getByText('No problems found').waitFor();
    await inspect(page, 'editor-checked');
  }

  async #addCategories([first = '', ...others]: readonly string[]): Promise<void> {
    await this.#open('Categories');
    const names = this.#page.getByRole('textbox', { name: 'Name', exact: true });
    await put(names, first);
    for (const name of others) {
      await this.#page.getByRole('button', { name: 'Add a category' }).click();
      await put(names.last(), name);
    }
  }

  async #addFloors(floors: readonly string[]): Promise<void> {
    await this.#open('Sections');
    for (const name of floors) {
      await this.#page.getByRole('button', { name: 'Add a floor' }).click();
      await put(this.#page.getByRole('textbox', { name: 'Name of the floor' }).last(), name);
    }
  }

  async #addSection(floor: string, name: string): Promise<void> {
    await this.#open('Sections');
    const group = this.#page.getByRole('group', { name: floor, exact: true });
    await group.getByRole('button', { name: 'Add a section' }).click();
    await this.#page.keyboard.type(name);
    await this.#page.keyboard.press('Enter');
    await this.#open('Edit');
  }

  async #drawStalls(): Promise<void> {
    await this.#takeTool('b');
    await this.#choose('Category', 'Stalls');
    await this.#setNumber('Rows', 18);
    await this.#setNumber('Seats', 24);
    await this.#setNumber('More seats per row', 1);
    await this.#page.getByRole('button', { name: 'Place in the middle' }).click();
    await this.#page.getByText('18 objects selected').waitFor();
    for (let press = 0; press < 4; press++) await this.#page.keyboard.press('-');
  }

  async #drawStage(): Promise<void> {
    await this.#takeTool('s');
    await this.#drag([400, 90], [664, 150]);
    await this.#takeTool('o');
    await this.#click([532, 150]);
  }

  async #drawPit(): Promise<void> {
    await this.#takeTool('a');
    await this.#choose('Category', 'Standing');
    await this.#setNumber('Capacity', 100);
    await put(this.#page.getByRole('textbox', { name: 'Text', exact: true }), 'Pit');
    await this.#drag([420, 170], [644, 230]);
  }

  /** Draw the boxes on one side, and mirror a copy for the other. */
  async #drawBoxes(inspect: Inspect): Promise<void> {
    const page = this.#page;
    await this.#takeTool('b');
    await this.#choose('Category', 'Boxes');
    await this.#setNumber('Row spacing', 60);
    await this.#setNumber('Curve', 0);
    await this.#setNumber('More seats per row', 0);
    await this.#choose('Row names', 'Numbers');
    await this.#drag([150, 330], [182, 430]);
    await page.getByText('5 objects selected').waitFor();
    await this.#stage.focus();
    await page.keyboard.press('Control+d');
    await page.getByRole('button', { name: 'Mirror left to right' }).click();
    // The copy snaps to the height of the original.
    await this.#drag([160, 340], [882, 329]);
    await inspect(page, 'editor-boxes');
    await this.#open('Sections');
    await page.getByRole('button', { name: 'New section of the selection' }).click();
    await page.keyboard.type('Boxes right');
    await page.keyboard.press('Enter');
  }

  async #drawCircle(): Promise<void> {
    await this.#takeTool('b');
    await this.#choose('Category', 'Circle');
    await this.#setNumber('Row spacing', 30);
    await this.#setNumber('Curve', 30);
    await this.#setNumber('More seats per row', 1);
    await this.#choose('Row names', 'Letters');
    await this.#drag([365, 560], [700, 680]);
  }

  async #drawTables(): Promise<void> {
    await this.#takeTool('t');
    await this.#choose('Category', 'Tables');
    await this.#setNumber('Chairs', 6);
    await this.#choose('Sold', 'As a whole');
    await this.#drag([310, 725], [755, 770]);
    await this.#page.getByText('10 objects selected').waitFor();
  }

  /** Four places at the ends of the first row, with a companion beside each. */
  async #markWheelchairPlaces(): Promise<void> {
    const page = this.#page;
    await page.getByRole('radio', { name: 'Seats', exact: true }).click();
    await this.#click([424, 275]);
    await page.keyboard.down('Shift');
    await this.#click([443, 279]);
    await this.#click([621, 279]);
    await this.#click([640, 275]);
    await page.keyboard.up('Shift');
    await page.getByText('4 objects selected').waitFor();
    await page.getByText('Wheelchair place', { exact: true }).click();
    await page.getByRole('button', { name: 'Seats beside them: companions' }).click();
  }

  async #open(panel: string): Promise<void> {
    await this.#page.getByRole('tab', { name: panel }).click();
  }

  async #takeTool(key: string): Promise<void> {
    await this.#stage.focus();
    await this.#page.keyboard.press(key);
  }

  async #setNumber(label: string, value: number): Promise<void> {
    const field = this.#page.getByRole('textbox', { name: label, exact: true }).first();
    await put(field, String(value));
  }

  async #choose(label: string, choice: string): Promise<void> {
    await this.#page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await this.#page.getByRole('option', { name: choice }).click();
  }

  async #click([x, y]: Place): Promise<void> {
    await this.#stage.click({ position: { x, y } });
  }

  async #drag([fromX, fromY]: Place, [toX, toY]: Place): Promise<void> {
    const { x, y } = (await this.#stage.boundingBox()) ?? { x: 0, y: 0 };
    const { mouse } = this.#page;
    await mouse.move(x + fromX, y + fromY);
    await mouse.down();
    await mouse.move(x + toX, y + toY, { steps: 6 });
    await mouse.up();
  }
}

/** Replace the text of a field. */
async function put(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.press('Enter');
}
