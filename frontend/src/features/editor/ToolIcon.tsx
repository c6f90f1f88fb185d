const PATHS = {
  select: 'M6 4l12 7.5-5.4 1.2 3 5.6-2.3 1.2-3-5.6L6 18z',
  pan: 'M8.5 12V6.5a1.4 1.4 0 0 1 2.8 0V11M11.3 10.5V5a1.4 1.4 0 0 1 2.8 0v6M14.1 10.8V6.3a1.4 1.4 0 0 1 2.8 0V14c0 3.6-2 6-5.2 6-2.4 0-3.8-1-5-3l-2.2-3.8a1.4 1.4 0 0 1 2.4-1.4L8.5 14',
  row: 'M3 12h.01M7.5 12h.01M12 12h.01M16.5 12h.01M21 12h.01',
  curve: 'M3 8h.01M7.3 12.2h.01M12 13.8h.01M16.7 12.2h.01M21 8h.01',
  corner: 'M4 6h.01M8.7 6h.01M13.4 6h.01M18 6h.01M18 10.7h.01M18 15.3h.01M18 20h.01',
  block:
    'M5 6h.01M9.7 6h.01M14.3 6h.01M19 6h.01M5 12h.01M9.7 12h.01M14.3 12h.01M19 12h.01M5 18h.01M9.7 18h.01M14.3 18h.01M19 18h.01',
  table:
    'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3.5h.01M18 6h.01M20.5 12h.01M18 18h.01M12 20.5h.01M6 18h.01M3.5 12h.01M6 6h.01',
  standing: 'M4 8l7-4 9 4-1.5 10L8 20zM10 10.5h.01M14 11h.01M11.5 15h.01',
  stage: 'M3.5 6h17v8.5c-5.5 2-11.5 2-17 0zM8 20h8',
  shape: 'M4 12.5h9v7.5H4zM15.5 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z',
  text: 'M5.5 7V4.5h13V7M12 4.5v15M9 19.5h6',
  focal: 'M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM12 3v5M12 16v5M3 12h5M16 12h5',
  image: 'M4 5.5h16v13H4zM4 16l4.5-4.5 3.5 3.5 2.5-2.5L20 17M15.5 9h.01',
  undo: 'M8.5 5L4.5 9l4 4M4.5 9h9a5.5 5.5 0 0 1 0 11H9',
  redo: 'M15.5 5l4 4-4 4M19.5 9h-9a5.5 5.5 0 0 0 0 11H15',
  mirrorX: 'M12 3.5v17M8.5 7v10H3zM15.5 7v10H21z',
  mirrorY: 'M3.5 12h17M7 8.5h10V3zM7 15.5h10V21z',
  turn: 'M19 12a7 7 0 1 1-2.5-5.4M19 4v4.5h-4.5',
  align: 'M4 4v16M7.5 7h12v3.5h-12zM7.5 13.5h7V17h-7z',
  alike: 'M4 4h6v6H4zM14 14h6v6h-6zM14 4h6v6h-6zM4 14h6v6H4z',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  bin: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  panel: 'M4 5.5h16v13H4zM14.5 5.5v13',
  magnet: 'M6 4v8a6 6 0 0 0 12 0V4h-4v8a2 2 0 0 1-4 0V4zM6 8h4M14 8h4',
} as const;

export type ToolIconName = keyof typeof PATHS;

/** Symbols made of dots: seats. */
const DOTTED: readonly ToolIconName[] = ['row', 'curve', 'corner', 'block'];

/** Decorative: the meaning is always in the text as well. */
export function ToolIcon({ name }: { readonly name: ToolIconName }) {
  return (
    <svg
      className={DOTTED.includes(name) ? 'icon ed-dots' : 'icon'}
      viewBox="0 0 24 24"
      width="20"
      height="20"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
