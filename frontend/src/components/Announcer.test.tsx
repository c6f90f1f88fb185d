import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';

import { useAnnounce } from '@/components/announce';
import { Announcer } from '@/components/Announcer';

afterEach(() => {
  vi.useRealTimers();
});

function Saying() {
  const announce = useAnnounce();
  return (
    <button
      onClick={() => {
        announce('Saved.');
      }}
    >
      Save
    </button>
  );
}

it('an announcement whose page has gone is not taken away later', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  const { unmount } = render(
    <Announcer>
      <Saying />
    </Announcer>,
  );
  const before = vi.getTimerCount();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(screen.getByText('Saved.')).toBeDefined();
  expect(vi.getTimerCount()).toBe(before + 1);
  unmount();
  expect(vi.getTimerCount()).toBe(before);
});
