import { act, render, renderHook, screen } from '@testing-library/react';
import { MemoryRouter, useNavigate } from 'react-router';
import { expect, it, vi } from 'vitest';

import { PageErrorBoundary } from '@/app/PageErrorBoundary';
import { useScrollRestoration } from '@/app/useScrollRestoration';

function Broken(): never {
  throw new Error('broken');
}

it('another page is shown after one that failed', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { rerender } = render(
    <PageErrorBoundary path="/one">
      <Broken />
    </PageErrorBoundary>,
  );
  expect(screen.getByRole('heading', { name: 'Something went wrong' })).toBeDefined();
  rerender(<PageErrorBoundary path="/two">Page two</PageErrorBoundary>);
  expect(screen.getByText('Page two')).toBeDefined();
});

it('a new page starts at its top, and the one before is shown where it was left', () => {
  const scrolled = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
  const { result } = renderHook(
    () => {
      useScrollRestoration();
      return useNavigate();
    },
    { wrapper: MemoryRouter },
  );
  function go(to: string | number) {
    act(() => {
      void (typeof to === 'string' ? result.current(to) : result.current(to));
    });
  }
  vi.stubGlobal('scrollY', 300);
  window.dispatchEvent(new Event('scroll'));
  go('/two');
  expect(scrolled.mock.lastCall).toEqual([0, 0]);
  go('/two?view=list');
  expect(scrolled).toHaveBeenCalledTimes(1);
  go(-2);
  expect(scrolled.mock.lastCall).toEqual([0, 300]);
});
