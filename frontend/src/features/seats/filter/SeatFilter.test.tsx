import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { useFilteredScene } from '@/features/seats/filter/useFilteredScene';
import { SeatFilter } from '@/features/seats/filter/SeatFilter';
import { factsOf, makeEvent, makeSeat } from '@/testing/factories';

const EVENT = makeEvent();
const PLAIN = [factsOf(makeSeat(0), 0)];
const SPECIAL = [...PLAIN, factsOf(makeSeat(1, { features: ['accessible'] }), 1)];

function Filter({ facts = SPECIAL }) {
  const [scene, choose] = useFilteredScene(EVENT, facts);
  return (
    <>
      <SeatFilter scene={scene} onChoose={choose} />
      <output>{scene.wishes.join(' ')}</output>
      <button type="button">Elsewhere</button>
    </>
  );
}

const isOpen = () => screen.queryByRole('checkbox') !== null;

it('is not shown where all seats are alike', () => {
  render(<Filter facts={PLAIN} />);
  expect(screen.queryByRole('button', { name: /Filter/ })).toBeNull();
});

it('filters by what is chosen, and counts it', async () => {
  const user = userEvent.setup();
  render(<Filter />);
  await user.click(screen.getByRole('button', { name: 'Filter' }));
  await user.click(screen.getByRole('checkbox', { name: 'Wheelchair places' }));
  expect(screen.getByRole('status').textContent).toBe('accessible');
  expect(screen.queryByRole('button', { name: /Filter.*1/ })).not.toBeNull();
});

it('closes by Escape, with the focus back on its button', async () => {
  const user = userEvent.setup();
  render(<Filter />);
  await user.click(screen.getByRole('button', { name: 'Filter' }));
  await user.click(screen.getByRole('checkbox'));
  await user.keyboard('{Escape}');
  expect(isOpen()).toBe(false);
  expect(document.activeElement?.textContent).toContain('Filter');
});

it('closes when something else is used', async () => {
  const user = userEvent.setup();
  render(<Filter />);
  await user.click(screen.getByRole('button', { name: 'Filter' }));
  expect(isOpen()).toBe(true);
  await user.click(screen.getByRole('button', { name: 'Elsewhere' }));
  expect(isOpen()).toBe(false);
});
