import './skeleton.css';

type Shape = 'line' | 'title' | 'card' | 'ticket' | 'fill';

/** Placeholder of the final size while something loads. */
export function Skeleton({ shape = 'line' }: { readonly shape?: Shape }) {
  return <div className={`skeleton skeleton--${shape}`} aria-hidden="true" />;
}
