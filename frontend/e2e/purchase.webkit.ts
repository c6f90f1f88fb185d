import { test as base } from '@playwright/test';

import type { Seat } from '../src/api/types';
import { Api, DEMO_PASSWORD, demoEvents, pick } from './fixtures';
import { display, WebDriver } from './webdriver';

const DRIVER = process.env['WEBKIT_DRIVER'] ?? 'WebKitWebDriver';
const X_SERVER = process.env['XVFB'] ?? 'Xvfb';

/** Open a new browser at a path of the site. */
type Open = (path: string) => Promise<WebDriver>;

const test = base.extend<{ open: Open }>({
  open: async ({ baseURL }, use) => {
    const screen = await display(X_SERVER);
    const opened: WebDriver[] = [];
    await use(async (path) => {
      const browser = await WebDriver.start(DRIVER, screen.name);
      opened.push(browser);
      await browser.goto(new URL(path, baseURL).href);
      return browser;
    });
    for (const browser of opened) await browser.end();
    screen.end();
  },
});

test('a buyer in WebKit is seen by another, step by step', async ({ open, request }) => {
  const { club } = await demoEvents(request);
  const seats = await new Api(request).freeSeats(club.id, 2, 10);
  const watcher = await open(`/events/${club.id}`);
  const alice = await open('/');
  const all = [watcher, alice];
  await alice.click('//a[.="Sign in"]');
  await alice.fill('//input[@name="username"]', 'alice');
  await alice.fill('//input[@name="password"]', DEMO_PASSWORD);
  await alice.click(button('Sign in'));
  await alice.click(`//a[.="${club.name}"]`);
  for (const browser of all) await browser.find('//*[.="Live"]');

  await alice.click(seatThatIs('available', pick(seats)));
  await alice.find(seatThatIs('mine', pick(seats)));
  await watcher.find(`${seatThatIs('locked', pick(seats))}[contains(@aria-label, "by alice")]`);
  await alice.click(seatThatIs('available', pick(seats, 1)));
  await watcher.find(seatThatIs('locked', pick(seats, 1)));

  await alice.find('//aside[contains(., "€100.00")]');
  await alice.click(button('Reserve'));
  await alice.click(`//dialog[not(@data-guarded)]//input[@value="card"]`);
  await alice.click(button('Confirm'));
  await alice.find('//dialog[contains(., "Reservation confirmed!")]');
  for (const browser of all) {
    for (const seat of seats) await browser.find(seatThatIs('reserved', seat));
  }

  await alice.click(`//dialog[not(@data-guarded)]${button('My reservations')}`);
  await alice.click(`//article[contains(., "Confirmed")]${button('Cancel')}`);
  await alice.click(`//dialog[not(@data-guarded)]${button('Cancel reservation')}`);
  await alice.find('//article[contains(., "Cancelled")]');
  for (const seat of seats) await watcher.find(seatThatIs('available', seat));
});

function button(name: string): string {
  return `//button[starts-with(normalize-space(), "${name}")][not(@disabled)]`;
}

function seatThatIs(status: string, { seat_number: seatNumber }: Seat): string {
  return `//button[starts-with(@aria-label, "Seat ${seatNumber},")][@data-status="${status}"]`;
}
