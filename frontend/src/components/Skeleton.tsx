import './skeleton.css';

type Shape = 'line' | 'title' | 'card' | 'ticket' | 'fill';

/** Holds the place of what is still loading, at its size, so that nothing jumps. */
export function Skeleton({ shape = 'line' }: { readonly shape?: Shape }) {
  return <div className={`skeleton skeleton--${shape}`} aria-hidden="true" />;
}
