import { act, createEvent, fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { granted, lockedSeat, openSelector, released, seatButton } from '@/testing/selectorHarness';

const LOCK_A1 = 'post events/7/seats/100/lock/';
const UNLOCK = 'post events/7/unlock/';
/** Where the map draws seats A1 and A2. */
const A1 = { clientX: 105, clientY: 202 };
const A2 = { clientX: 302, clientY: 202 };
const TOOLTIP = { selector: '.seat-tooltip *' };

function tap(place: typeof A1, atMs: number): void {
  const frame = seatButton('A1').closest('.map__frame');
  if (frame === null) throw new Error('There is no map');
  const finger = { pointerId: 1, pointerType: 'touch', button: 0, ...place };
  fireEvent.pointerDown(frame, finger);
  fireEvent.pointerUp(frame, finger);
  const click = createEvent.click(frame, { detail: 1, ...place });
  Object.defineProperty(click, 'timeStamp', { value: atMs });
  fireEvent(frame, click);
}

async function openTapped() {
  const scene = await openSelector();
  scene.server.on(LOCK_A1, granted(lockedSeat(0)));
  tap(A1, 1_000);
  await screen.findByText('Stalls, row A, seat 1 is held for you.');
  return scene;
}

describe('a tap', () => {
  it('shows the name and the state of what it took', async () => {
    await openTapped();
    expect(await screen.findByText('Stalls, row A, seat 1', TOOLTIP)).toBeDefined();
    expect(screen.getByText(/^Held by you/)).toBeDefined();
    fireEvent.click(screen.getByText('Stalls, row A, seat 1', TOOLTIP));
    expect(screen.queryByText('Stalls, row A, seat 1', TOOLTIP)).toBeNull();
  });

  it('covers other seats for a moment only, and not once something else has the focus', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await openTapped();
    expect(await screen.findByText('Stalls, row A, seat 1', TOOLTIP)).toBeDefined();
    act(() => {
      vi.advanceTimersByTime(3_000);
    });
    expect(screen.queryByText('Stalls, row A, seat 1', TOOLTIP)).toBeNull();
    tap(A1, 9_000);
    expect(await screen.findByText('Stalls, row A, seat 1', TOOLTIP)).toBeDefined();
    act(() => {
      screen.getByRole('button', { name: 'Find seats' }).focus();
    });
    expect(screen.queryByText('Stalls, row A, seat 1', TOOLTIP)).toBeNull();
    vi.useRealTimers();
  });

  it('does nothing as the second half of a double tap', async () => {
    const { server } = await openTapped();
    tap({ clientX: A1.clientX + 10, clientY: A1.clientY }, 1_499);
    expect(seatButton('A1').getAttribute('data-status')).toBe('mine');
    expect(server.writes()).toEqual([LOCK_A1]);
  });

  it('counts later, or elsewhere', async () => {
    const { server } = await openTapped();
    server.on(UNLOCK, released());
    server.on('post events/7/seats/101/lock/', granted(lockedSeat(1)));
    tap(A2, 1_100);
    expect(await screen.findByText('Stalls, row A, seat 2 is held for you.')).toBeDefined();
    tap(A1, 1_600);
    expect(await screen.findByText('Stalls, row A, seat 1 released.')).toBeDefined();
  });
});
