import type { Standing } from '@/domain/seatMap/seats';

/** Each standing has a form of its own besides its colour. */
export function StandingMark({ standing }: { readonly standing: Standing }) {
  return <span className="standing-mark" data-standing={standing} aria-hidden="true" />;
}
