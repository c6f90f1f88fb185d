import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';

import { openingGuard } from '@/browser/openingGuard';
import { loadMessages } from '@/i18n/language';
import { shareComputedStyles } from '@/testing/computedStyles';
import { NAMESPACES } from '@/testing/namespaces';

// Tests render components whose messages the page loads.
await loadMessages(...NAMESPACES);

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});

// What opens takes input at once. Tests of the wait set timers of their own.
beforeEach(() => {
  openingGuard.timers = {
    after: (_, callback) => {
      callback();
      return () => undefined;
    },
  };
});

// Generous, for busy machines.
configure({ asyncUtilTimeout: 30_000 });

if (document.defaultView !== null) shareComputedStyles(document.defaultView);

// jsdom lacks modal dialogs and layout.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

// And escaping of selectors, which React Aria calls with plain words.
Object.assign(globalThis, { CSS: { ...globalThis.CSS, escape: (text: string) => text } });

// And canvas drawing.
HTMLCanvasElement.prototype.getContext = () => null;
globalThis.matchMedia = (media) =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });

class FixedSizeObserver implements ResizeObserver {
  observe() {
    // Sizes are fixed.
  }
  unobserve() {
    // Sizes are fixed.
  }
  disconnect() {
    // Sizes are fixed.
  }
}
globalThis.ResizeObserver = FixedSizeObserver;

/** Everything is in view. */
class InViewObserver {
  readonly #onChange: IntersectionObserverCallback;

  constructor(onChange: IntersectionObserverCallback) {
    this.#onChange = onChange;
  }

  observe() {
    const entries = [{ isIntersecting: true }] as IntersectionObserverEntry[];
    this.#onChange(entries, this as unknown as IntersectionObserver);
  }
  disconnect() {
    // Nothing changes.
  }
}
Object.assign(globalThis, { IntersectionObserver: InViewObserver });
Object.defineProperties(HTMLElement.prototype, {
  clientWidth: { configurable: true, get: () => 800 },
  clientHeight: { configurable: true, get: () => 600 },
});
