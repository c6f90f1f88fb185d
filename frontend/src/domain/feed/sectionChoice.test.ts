import { describe, expect, it } from 'vitest';

import { SectionChoice } from '@/domain/feed/sectionChoice';
import type { SectionSet } from '@/domain/feed/sectionSet';
import { FakeTimers } from '@/testing/fakeTimers';

const A_LONG_WHILE_MS = 60_000;

function makeChoice() {
  const timers = new FakeTimers();
  const changes: number[][] = [];
  const choice = new SectionChoice({
    timers,
    now: () => timers.now,
    onChange: (sections: SectionSet) => changes.push([...sections].sort((a, b) => a - b)),
  });
  const show = (needed: readonly number[], kept = needed, part = 'map') => {
    choice.show(part, new Set(needed), new Set(kept));
  };
  return { choice, changes, show, timers };
}

describe('the choice of sections', () => {
  it('adds at once what is missing', () => {
    const { changes, show } = makeChoice();
    show([3, 4]);
    expect(changes).toEqual([[3, 4]]);
  });

  it('has what all parts of the page show', () => {
    const { changes, show } = makeChoice();
    show([3], [3], 'map');
    show([7], [7], 'seats');
    expect(changes.at(-1)).toEqual([3, 7]);
  });

  it('releases nothing to somebody who pans a little', () => {
    const { changes, show, timers } = makeChoice();
    show([3], [2, 3, 4]);
    show([4], [3, 4, 5]);
    expect(changes.at(-1)).toEqual([3, 4]);
    timers.advance(A_LONG_WHILE_MS);
    expect(changes).toHaveLength(2);
  });

  it('releases with the next addition what is far away', () => {
    const { changes, show } = makeChoice();
    show([3], [2, 3, 4]);
    show([9], [8, 9]);
    expect(changes.at(-1)).toEqual([9]);
  });

  it('releases after a while what is not shown any more, unless it is shown again', () => {
    const { changes, show, timers } = makeChoice();
    show([3]);
    show([]);
    timers.advance(1_000);
    show([3]);
    timers.advance(A_LONG_WHILE_MS);
    expect(changes).toEqual([[3]]);
    show([]);
    timers.advance(A_LONG_WHILE_MS);
    expect(changes).toEqual([[3], []]);
  });

  it('changes at most twice a second while the view moves on and on', () => {
    const { changes, show, timers } = makeChoice();
    for (let section = 0; section < 600; section++) {
      show([section]);
      timers.advance(50);
    }
    const seconds = 30;
    expect(changes.length).toBeLessThanOrEqual(2 * seconds + 10);
    expect(changes.length).toBeGreaterThan(seconds);
    timers.advance(A_LONG_WHILE_MS);
    expect(changes.at(-1)).toEqual([599]);
  });

  it('starts again with none', () => {
    const { choice, changes, show, timers } = makeChoice();
    show([3]);
    show([]);
    choice.clear();
    timers.advance(A_LONG_WHILE_MS);
    expect(changes).toEqual([[3]]);
    show([1]);
    expect(changes.at(-1)).toEqual([1]);
  });
});
