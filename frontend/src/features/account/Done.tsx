import { type ReactNode, useEffect, useRef } from 'react';

interface DoneProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Replaces a submitted form and takes over its focus. */
export function Done({ title, children }: DoneProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <div className="cards">
      <section className="card">
        <h1 ref={heading} tabIndex={-1} className="card__title">
          {title}
        </h1>
        {children}
      </section>
    </div>
  );
}
