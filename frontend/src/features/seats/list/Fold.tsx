import { type ReactNode, useId } from 'react';

import { Icon } from '@/components/Icon';

interface FoldProps {
  readonly level: 'h2' | 'h3';
  readonly title: string;
  readonly note: ReactNode;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly headId?: string;
  /** Rendered only while open. */
  readonly children: ReactNode;
}

/**
 * An accordion item. Not `<details>`: some screen readers ignore headings inside a summary, and
 * headings are how users navigate a long list.
 */
export function Fold({
  level: Heading,
  title,
  note,
  isOpen,
  onToggle,
  headId,
  children,
}: FoldProps) {
  const bodyId = useId();
  return (
    <div className={`fold fold--${Heading}`}>
      <Heading className="fold__heading">
        <button
          id={headId}
          type="button"
          className="fold__head"
          aria-expanded={isOpen}
          aria-controls={isOpen ? bodyId : undefined}
          onClick={onToggle}
        >
          <Icon name="chevron" />
          <span className="fold__title">{title}</span>{' '}
          <span className="fold__note tabular">{note}</span>
        </button>
      </Heading>
      {isOpen && (
        <div id={bodyId} className="fold__body">
          {children}
        </div>
      )}
    </div>
  );
}
