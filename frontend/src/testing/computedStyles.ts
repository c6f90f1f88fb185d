/** What inline styles say about whether an element is seen and takes clicks. */
const DECISIVE = /(?:display|visibility|pointer-events|overflow[-xy]*)\s*:[^;]*/g;
const ATTRIBUTES = ['type', 'hidden', 'open', 'popover'];

const known = new Map<string, CSSStyleDeclaration>();

/**
 * Compute the style of like elements once: jsdom takes a third of the tests' time to do it for each
 * query by role. No style sheet is loaded here, so elements differ only by their tags, by these
 * attributes and by inline styles. The colours of a canvas are computed each time.
 */
export function shareComputedStyles(view: Window & typeof globalThis): void {
  const compute = view.getComputedStyle.bind(view);
  const computeOnce = (element: Element, pseudo?: string | null): CSSStyleDeclaration => {
    if (element instanceof view.HTMLCanvasElement) return compute(element, pseudo);
    const key = keyOf(element);
    const style = known.get(key) ?? compute(element);
    known.set(key, style);
    return style;
  };
  view.getComputedStyle = computeOnce;
  globalThis.getComputedStyle = computeOnce;
}

function keyOf(element: Element): string {
  const key = [element.localName, ...ATTRIBUTES.map((name) => element.getAttribute(name))];
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    key.push(...(at.getAttribute('style')?.match(DECISIVE) ?? []));
  }
  return key.join('|');
}
