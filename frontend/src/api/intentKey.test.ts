import { expect, it } from 'vitest';

import { createIntentKey } from '@/api/intentKey';

function counting() {
  let made = 0;
  return createIntentKey(() => `key-${(made += 1)}`);
}

it('keeps one key for one intent until it is answered', () => {
  const intent = counting();
  expect(intent.keyFor('card 1,2')).toBe('key-1');
  expect(intent.keyFor('card 1,2')).toBe('key-1');
  intent.answered();
  expect(intent.keyFor('card 1,2')).toBe('key-2');
});

it('takes another key for another intent, which the first would be refused for', () => {
  const intent = counting();
  expect(intent.keyFor('card 1,2')).toBe('key-1');
  expect(intent.keyFor('cash 1,2')).toBe('key-2');
});
