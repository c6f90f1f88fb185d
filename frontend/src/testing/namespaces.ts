/** All namespaces of messages. */
export const NAMESPACES = Object.keys(import.meta.glob('@/i18n/en/*.json')).map((path) =>
  path.replace(/^.*\/(\w+)\.json$/, '$1'),
);
