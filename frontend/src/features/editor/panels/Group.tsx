import type { ReactNode } from 'react';

interface GroupProps {
  readonly title?: string;
  /** What it is called if it has no title. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** A titled part of a panel. */
export function Group({ title, label, children }: GroupProps) {
  return (
    <section
      className="ed-group"
      {...(label !== undefined && { role: 'group', 'aria-label': label })}
    >
      {title !== undefined && <h2 className="ed-group__title">{title}</h2>}
      {children}
    </section>
  );
}
