import type { ReactNode } from 'react';

import './message.css';

interface MessageProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** In place of the drawing of an empty seat. */
  readonly art?: ReactNode;
}

const EMPTY_SEAT = (
  <svg className="message__art" viewBox="0 0 120 56" width="120" height="56" aria-hidden="true">
    <circle cx="16" cy="30" r="9" />
    <circle cx="45" cy="24" r="9" />
    <circle className="message__gap" cx="75" cy="24" r="8" />
    <circle cx="104" cy="30" r="9" />
  </svg>
);

/** Full-page or section message: title, explanation, actions. */
export function Message({ title, children, actions, art = EMPTY_SEAT }: MessageProps) {
  return (
    <section className="message">
      {art}
      <h1 className="message__title">{title}</h1>
      <div className="message__text">{children}</div>
      {actions !== undefined && <div className="message__actions">{actions}</div>}
    </section>
  );
}
