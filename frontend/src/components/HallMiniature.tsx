import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';

import { PlanThumbnail, type Tone } from '@/components/PlanThumbnail';
import { ALL_FREE } from '@/domain/miniature';
import type { MiniatureQuery } from '@/queries/miniatures';

import './hallMiniature.css';

/** Begin to load before the picture comes into view. */
const MARGIN = '300px';
/** Opacity of points with almost no free seat, and of those with all. */
const [FAINTEST, FULL] = [0x50, 0xff];

/** A hall, with strong colours where seats are free. The text beside it says the rest. */
export function HallMiniature({ query }: { readonly query: MiniatureQuery }) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useIsNear(place);
  const { data: hall } = useQuery({ ...query, enabled: isNear });
  const points = hall?.points;
  const toneOf = useCallback(
    (index: number): Tone => {
      const point = points?.[index];
      if (point === undefined || point.free === 0) return 'seat-plain';
      if (point.color === null || !/^#[\da-f]{6}$/i.test(point.color)) return 'seat';
      const opacity = Math.round(FAINTEST + ((FULL - FAINTEST) * point.free) / ALL_FREE);
      return `#${point.color.slice(1)}${opacity.toString(16)}`;
    },
    [points],
  );
  return (
    <div ref={place} className="hall-miniature">
      {hall !== undefined && (
        <PlanThumbnail plan={hall.plan} facts={hall.points} label={null} toneOf={toneOf} />
      )}
    </div>
  );
}

function useIsNear(place: React.RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        setIsNear(true);
        observer.disconnect();
      },
      { rootMargin: MARGIN },
    );
    observer.observe(place.current);
    return () => {
      observer.disconnect();
    };
  }, [place]);
  return isNear;
}
