import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';

import { LanguageSwitch } from '@/app/LanguageSwitch';

afterEach(() => {
  localStorage.clear();
});

async function open() {
  const user = userEvent.setup();
  render(
    <>
      <LanguageSwitch />
      <button type="button">Elsewhere</button>
    </>,
  );
  await user.click(toggle());
  expect(choices().open).toBe(true);
  return user;
}

function toggle(): HTMLElement {
  return screen.getByText('Language: English');
}

function choices(): HTMLDetailsElement {
  const details = toggle().closest('details');
  if (details === null) throw new Error('The languages are not in a disclosure');
  return details;
}

it('stores another language and reloads the page', async () => {
  const reload = vi.fn();
  vi.stubGlobal('location', { reload });
  const user = await open();
  const german = screen.getByRole('button', { name: 'Deutsch' });
  expect(german.lang).toBe('de');
  await user.click(german);
  expect(localStorage.getItem('seatcast.language')).toBe('de');
  expect(reload).toHaveBeenCalledOnce();
});

it('shows the current language', async () => {
  await open();
  expect(screen.getByRole('button', { name: 'English' }).getAttribute('aria-current')).toBe('true');
  expect(screen.getByRole('button', { name: 'Deutsch' }).hasAttribute('aria-current')).toBe(false);
});

it('closes on Escape and restores the focus', async () => {
  const user = await open();
  await user.tab();
  await user.keyboard('{Escape}');
  expect(choices().open).toBe(false);
  expect(document.activeElement?.tagName).toBe('SUMMARY');
});

it('closes when the focus moves elsewhere', async () => {
  const user = await open();
  await user.click(screen.getByRole('button', { name: 'Elsewhere' }));
  expect(choices().open).toBe(false);
});
