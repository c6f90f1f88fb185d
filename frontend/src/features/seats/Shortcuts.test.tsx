import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';

import { type Shortcut, shortcutOf } from '@/features/seats/shortcuts/shortcuts';
import { lockedSeat, openHolding, openSelector } from '@/testing/selectorHarness';

beforeEach(() => {
  localStorage.clear();
});

describe('a key', () => {
  it.each<[string, Shortcut | null]>([
    ['m', 'map'],
    ['L', 'list'],
    ['+', 'zoomIn'],
    ['=', 'zoomIn'],
    ['0', 'showAll'],
    ['?', 'help'],
    ['x', null],
    ['Enter', null],
  ])('%s means %s', (key, meant) => {
    expect(shortcutOf(new KeyboardEvent('keydown', { key }))).toBe(meant);
  });

  it.each(['ctrlKey', 'altKey', 'metaKey'])('with %s belongs to the browser', (modifier) => {
    expect(shortcutOf(new KeyboardEvent('keydown', { key: 'f', [modifier]: true }))).toBeNull();
  });

  it('held down repeats zooming but opens nothing repeatedly', () => {
    const held = (key: string) => shortcutOf(new KeyboardEvent('keydown', { key, repeat: true }));
    expect(held('+')).toBe('zoomIn');
    expect(held('f')).toBeNull();
  });
});

describe('shortcuts', () => {
  it('switch between map and list', async () => {
    const { user } = await openSelector();
    await user.keyboard('l');
    expect(await screen.findByRole('heading', { level: 2, name: /^Stalls/ })).toBeDefined();
    await user.keyboard('m');
    expect(screen.getByRole('group', { name: 'Legend' })).toBeDefined();
  });

  it('open the seat finder and are disabled below it', async () => {
    const { user } = await openSelector();
    await user.keyboard('f');
    expect(await screen.findByRole('dialog', { name: 'Find seats together' })).toBeDefined();
    await user.keyboard('l');
    expect(screen.queryByRole('heading', { level: 2, name: /^Stalls/ })).toBeNull();
  });

  it('lead to the basket and on to the reservation', async () => {
    const { user } = await openHolding(lockedSeat(0));
    await user.keyboard('b');
    expect(document.activeElement).toBe(screen.getByRole('complementary', { name: 'Your seats' }));
    await user.keyboard('r');
    expect(await screen.findByRole('dialog', { name: 'Review your seats' })).toBeDefined();
  });

  it('reserve nothing while the basket is empty', async () => {
    const { user } = await openSelector();
    await user.keyboard('r');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('do not interfere with typing', async () => {
    await openSelector();
    const field = document.body.appendChild(document.createElement('input'));
    act(() => {
      field.focus();
    });
    fireEvent.keyDown(field, { key: 'f' });
    expect(screen.queryByRole('dialog')).toBeNull();
    field.remove();
  });

  it('are explained by ? and can be disabled for good', async () => {
    const { user } = await openSelector();
    await user.keyboard('?');
    const dialog = within(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' }));
    expect(dialog.getByText('Find seats together')).toBeDefined();
    await user.click(dialog.getByRole('checkbox', { name: /^Use single keys/ }));
    await user.click(dialog.getByRole('button', { name: 'Done' }));
    await user.keyboard('f');
    await user.keyboard('?');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(localStorage.getItem('seatcast.shortcuts')).toBe('off');
    await user.click(screen.getByRole('button', { name: 'Keyboard shortcuts' }));
    await user.click(await screen.findByRole('checkbox', { name: /^Use single keys/ }));
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await user.keyboard('f');
    expect(await screen.findByRole('dialog', { name: 'Find seats together' })).toBeDefined();
  });
});
