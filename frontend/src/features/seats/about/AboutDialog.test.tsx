import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { expect, it, vi } from 'vitest';

import { AboutDialog } from '@/features/seats/about/AboutDialog';
import { SelectorHead } from '@/features/seats/SelectorHead';
import { makeEvent } from '@/testing/factories';

function open(description: string, changes = {}): HTMLElement {
  render(<AboutDialog event={makeEvent({ description, ...changes })} onClose={vi.fn()} />);
  return screen.getByRole('dialog', { hidden: true });
}

it('opens from the head of the event’s page', async () => {
  const event = makeEvent({ description: 'Two sets of **jazz**' });
  render(
    <MemoryRouter>
      <SelectorHead event={event} feedState={{ name: 'live' }} viewers={null} />
    </MemoryRouter>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'About this event' }));
  expect((await screen.findByText('jazz')).tagName).toBe('STRONG');
});

it('shows the end and the address', () => {
  const dialog = open('', {
    ends_at: '2026-12-18T23:30:00Z',
    address: 'Kupferstr. 1, 10115 Berlin',
  });
  expect(dialog.textContent).toContain('Kupferstr. 1, 10115 Berlin');
  expect(dialog.querySelector('time[datetime="2026-12-18T23:30:00Z"]')).not.toBeNull();
});

it('shows the description as Markdown', () => {
  const dialog = open(
    '# Programme\n\nWith **two** pieces:\n\n- a\n- b\n\n[More](https://example.org)',
  );
  expect(within(dialog).getByRole('heading', { name: 'Programme', hidden: true }).tagName).toBe(
    'H3',
  );
  expect(within(dialog).getAllByRole('listitem', { hidden: true })).toHaveLength(2);
  const link = within(dialog).getByRole('link', { name: 'More', hidden: true });
  expect(link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
});

it.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<iframe src="https://evil.example"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](  javascript&colon;alert(1))',
  '[x](vbscript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '<javascript:alert(1)>',
  '[x][1]\n\n[1]: javascript:alert(1)',
  '![x](https://evil.example/track.png)',
  '![x](x" onerror="alert(1))',
  '<svg onload=alert(1)>',
  '<form action=https://evil.example><input></form>',
  '<style>*{display:none}</style>',
])('makes nothing active of %s', (description) => {
  const dialog = open(description);
  const box = dialog.querySelector('.about__description');
  expect(box?.querySelector('script, img, iframe, svg, form, input, style, object')).toBeNull();
  for (const element of box?.querySelectorAll('*') ?? []) {
    for (const { name, value } of element.attributes) {
      expect(name).not.toMatch(/^on/);
      if (name === 'href') expect(value).toMatch(/^(https?:|mailto:|$)/);
    }
  }
});
