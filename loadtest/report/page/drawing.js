/** Answers a custom property of the page, which follows the light or dark theme. */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Call when the screen's theme changes. */
export function onTheme(call) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', call);
}

/** Call when the width of an element, in CSS pixels, is another than before; once at the start. */
export function onWidth(host, call) {
  let before = 0;
  new ResizeObserver(() => {
    const width = Math.floor(host.clientWidth);
    if (width === before || width === 0) return;
    before = width;
    call(width);
  }).observe(host);
}
