import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { NewBuild } from '@/app/NewBuild';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('offers to load the page again if it does not reload for a new version by itself', () => {
  render(<NewBuild />);
  act(() => {
    vi.advanceTimersByTime(1_999);
  });
  expect(screen.queryByRole('button')).toBeNull();
  act(() => {
    vi.advanceTimersByTime(1);
  });
  expect(screen.getByText('There is a new version')).toBeDefined();
  expect(screen.getByRole('button', { name: 'Load it again' })).toBeDefined();
});
