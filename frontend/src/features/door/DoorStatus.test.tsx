import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { DoorState } from '@/domain/door/doorState';
import { DoorStatus } from '@/features/door/DoorStatus';

function renderAt(now: string) {
  const event = { name: 'Opera', date: '2030-05-24T17:30:00Z', time_zone: 'Europe/Berlin' };
  const state = {
    list: { event, now },
    gate: 'North',
    counts: { entered: 0, expected: 5 },
    unsent: [],
  } as unknown as DoorState;
  render(<DoorStatus state={state} connection="online" />);
}

it.each([
  ['two hours before', '2030-05-24T15:30:00Z'],
  ['after midnight, while it lasts', '2030-05-24T22:30:00Z'],
])('admits without a warning %s', (_when, now) => {
  renderAt(now);
  expect(screen.queryByRole('alert')).toBeNull();
});

it.each(['2030-05-23T17:30:00Z', '2030-05-25T17:30:00Z'])(
  'warns that the event is on another day: %s',
  (now) => {
    renderAt(now);
    expect(screen.getByRole('alert').textContent).toMatch(/^This event is on Fri, 24 May 2030/);
  },
);
