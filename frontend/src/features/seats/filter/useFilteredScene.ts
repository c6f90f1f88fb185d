import { useMemo, useState } from 'react';

import type { EventDetail } from '@/api/types';
import { type Scene, sceneOf } from '@/canvas/scene';
import type { SeatWish } from '@/domain/seatMap/features';
import type { SeatFacts } from '@/domain/seatMap/seats';

/** The scene of an event with what buyers wish for, and a function to change that. */
export function useFilteredScene(
  { plan, categories }: EventDetail,
  facts: readonly SeatFacts[],
): [Scene, (wishes: readonly SeatWish[]) => void] {
  // Built from static data alone, before the seats' states arrive.
  const scene = useMemo(() => sceneOf(plan, categories, facts), [plan, categories, facts]);
  const [wishes, setWishes] = useState<readonly SeatWish[]>([]);
  return [useMemo(() => ({ ...scene, wishes }), [scene, wishes]), setWishes];
}
