import { expect, it } from 'vitest';

import { pageStorage } from '@/browser/storage';

class FakeStorage extends Map<string, string> implements Storage {
  [name: string]: unknown;
  isFull = false;
  get length() {
    return this.size;
  }
  key = () => null;
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => {
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    this.set(key, value);
  };
  removeItem = (key: string) => {
    this.delete(key);
  };
}

function blocked(): Storage {
  throw new DOMException('denied', 'SecurityError');
}

it('keeps values in memory where storage is blocked', () => {
  const storage = pageStorage(blocked);
  expect(storage.getItem('view')).toBeNull();
  storage.setItem('view', 'list');
  expect([storage.getItem('view'), storage.isLasting()]).toEqual(['list', false]);
  storage.removeItem('view');
  expect(storage.getItem('view')).toBeNull();
});

it('returns the newest value where storage is full', () => {
  const browser = new FakeStorage([['view', 'map']]);
  const storage = pageStorage(() => browser);
  browser.isFull = true;
  storage.setItem('view', 'list');
  expect([storage.getItem('view'), storage.isLasting()]).toEqual(['list', false]);
  browser.isFull = false;
  storage.setItem('view', 'list');
  expect([browser.getItem('view'), storage.isLasting()]).toEqual(['list', true]);
});
