import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// Tests show parts of pages, which have their sentences from the page.
import '@/features/account/loadMessages';

afterEach(cleanup);

// Other tests run beside these, and a machine that is busy is no fault.
configure({ asyncUtilTimeout: 30_000 });

// jsdom knows the element but not its modal side, nor sizes of anything on screen.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

// Nor does it draw.
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
    // Sizes never change here.
  }
  unobserve() {
    // Sizes never change here.
  }
  disconnect() {
    // Sizes never change here.
  }
}
globalThis.ResizeObserver = FixedSizeObserver;
Object.defineProperties(HTMLElement.prototype, {
  clientWidth: { configurable: true, get: () => 800 },
  clientHeight: { configurable: true, get: () => 600 },
});
