import { expect, it } from 'vitest';

import { newIdempotencyKey } from '@/api/idempotencyKey';

it('makes a new key each time', () => {
  expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});

it('makes keys on a plain HTTP page, where browsers have no randomUUID', () => {
  const plain = { getRandomValues: crypto.getRandomValues.bind(crypto) } as Crypto;
  expect(newIdempotencyKey(plain)).toMatch(/^[0-9a-f]{32}$/);
});
