import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';

import { openingGuard } from '@/browser/openingGuard';
import { Dialog } from '@/components/Dialog';
import { FakeTimers } from '@/testing/fakeTimers';

const POINTER = { detail: 1 };
const KEYBOARD = { detail: 0 };

let timers: FakeTimers;
let clicks: number;
let dismissals: number;

beforeEach(() => {
  timers = new FakeTimers();
  openingGuard.timers = timers;
  [clicks, dismissals] = [0, 0];
});

function open(opensByItself: boolean): { button: HTMLElement; dialog: HTMLElement } {
  render(
    <Dialog title="News" opensByItself={opensByItself} onDismiss={() => (dismissals += 1)}>
      <button type="button" onClick={() => (clicks += 1)}>
        Pay
      </button>
    </Dialog>,
  );
  return { button: screen.getByText('Pay'), dialog: screen.getByRole('dialog') };
}

describe('a dialog that the user opened', () => {
  it('ignores the second half of a double click, but not the keyboard', () => {
    const { button, dialog } = open(false);
    timers.advance(599);
    fireEvent.click(button, POINTER);
    fireEvent.click(dialog, POINTER);
    expect([clicks, dismissals]).toEqual([0, 0]);
    fireEvent.click(button, KEYBOARD);
    expect(clicks).toBe(1);
    timers.advance(1);
    fireEvent.click(button, POINTER);
    expect(clicks).toBe(2);
  });
});

describe('a dialog that opened by itself', () => {
  it('takes no input at all for 600 ms', () => {
    const { button, dialog } = open(true);
    timers.advance(599);
    fireEvent.click(button, POINTER);
    fireEvent.click(button, KEYBOARD);
    fireEvent(dialog, new Event('cancel', { cancelable: true }));
    expect([clicks, dismissals]).toEqual([0, 0]);
    timers.advance(1);
    fireEvent.click(button, KEYBOARD);
    fireEvent(dialog, new Event('cancel', { cancelable: true }));
    expect([clicks, dismissals]).toEqual([1, 1]);
  });
});
