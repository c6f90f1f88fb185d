import { distance, type Point } from '@/domain/geometry';

interface Gestures {
  began(): void;
  dragged(dx: number, dy: number): void;
  /** `anchor` is relative to the element. */
  zoomed(factor: number, anchor: Point): void;
}

/** A movement shorter than this is a tap. */
const DRAG_STARTS_AT_PX = 7;
const WHEEL_RATE = 0.0016;
const TRACKPAD_PINCH_RATE = 0.012;

/** Drag with one pointer, pinch with two, zoom with the wheel. Returns an unsubscribe function. */
export function watchGestures(element: HTMLElement, gestures: Gestures): () => void {
  const pointers = new Map<number, Point>();
  let origin: Point | null = null;
  let isDragging = false;
  const watching = new AbortController();
  const { signal } = watching;

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      if (pointers.size === 0) {
        gestures.began();
        isDragging = false;
        origin = pointOf(event);
      }
      pointers.set(event.pointerId, pointOf(event));
    },
    { signal },
  );

  element.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined || origin === null) return;
      const now = pointOf(event);
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId);
      if (other === undefined) {
        if (!isDragging && distance(origin, now) < DRAG_STARTS_AT_PX) return;
        // Capture late: a captured pointer's click would not reach the seat below.
        if (!isDragging) element.setPointerCapture(event.pointerId);
        isDragging = true;
        gestures.dragged(now.x - before.x, now.y - before.y);
      } else {
        isDragging = true;
        const [, still] = other;
        const middle = { x: (now.x + still.x) / 2, y: (now.y + still.y) / 2 };
        gestures.dragged((now.x - before.x) / 2, (now.y - before.y) / 2);
        gestures.zoomed(distance(now, still) / Math.max(distance(before, still), 1), middle);
      }
      pointers.set(event.pointerId, now);
    },
    { signal },
  );

  for (const ending of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
    element.addEventListener(
      ending,
      (event) => {
        pointers.delete(event.pointerId);
      },
      { signal },
    );
  }

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const rate = event.ctrlKey ? TRACKPAD_PINCH_RATE : WHEEL_RATE;
      gestures.zoomed(Math.exp(-event.deltaY * rate), pointOf(event));
    },
    { signal, passive: false },
  );

  function pointOf(event: MouseEvent): Point {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  return () => {
    watching.abort();
  };
}
