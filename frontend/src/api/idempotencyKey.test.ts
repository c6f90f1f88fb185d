import { expect, it } from 'vitest';

import { createReusableKey, newIdempotencyKey } from '@/api/idempotencyKey';

it('makes a new key each time', () => {
  expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});

it('makes keys without randomUUID, which plain HTTP pages lack', () => {
  const plain = { getRandomValues: crypto.getRandomValues.bind(crypto) } as Crypto;
  expect(newIdempotencyKey(plain)).toMatch(/^[0-9a-f]{32}$/);
});

function createCountingKey() {
  let made = 0;
  return createReusableKey(() => `key-${(made += 1)}`);
}

it('reuses the key of an intent until it is settled', () => {
  const key = createCountingKey();
  expect(key.keyFor('card 1,2')).toBe('key-1');
  expect(key.keyFor('card 1,2')).toBe('key-1');
  key.settled();
  expect(key.keyFor('card 1,2')).toBe('key-2');
});

it('makes a new key for another intent, since the server would refuse the old one', () => {
  const key = createCountingKey();
  expect(key.keyFor('card 1,2')).toBe('key-1');
  expect(key.keyFor('cash 1,2')).toBe('key-2');
});
