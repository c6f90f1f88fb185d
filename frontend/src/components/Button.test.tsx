import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Button } from '@/components/Button';

function form(isBusy: boolean, onSubmit: () => void, onClick?: () => void) {
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault();
        onSubmit();
      }}
    >
      <input />
      <Button type="submit" busy={isBusy} {...(onClick && { onClick })} />
    </form>
  );
}

it('keeps the focus when it becomes busy', async () => {
  const { rerender } = render(form(false, vi.fn()));
  const button = screen.getByRole('button');
  await userEvent.click(button);
  rerender(form(true, vi.fn()));
  expect(button).toHaveProperty('disabled', false);
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(document.activeElement).toBe(button);
});

it('ignores clicks and Enter while busy', async () => {
  const [submit, click] = [vi.fn(), vi.fn()];
  render(form(true, submit, click));
  await userEvent.click(screen.getByRole('button'));
  await userEvent.keyboard('{Enter}');
  await userEvent.type(screen.getByRole('textbox'), '{Enter}');
  expect([submit, click].flatMap(({ mock }) => mock.calls)).toEqual([]);
});
