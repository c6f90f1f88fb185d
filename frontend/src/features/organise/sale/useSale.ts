import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';

import type { FeedState } from '@/domain/feed/feedState';
import {
  type Figures,
  parseFigures,
  polledSale,
  type Sale,
} from '@/features/organise/sale/figures';
import { saleFiguresQuery } from '@/queries/sale';

/** The newest figures: of the feed's frames, or by REST while the feed polls. Null before. */
export function useSale(): Figures & { readonly onOtherFrame: (text: string) => void } {
  const [figures, setFigures] = useState<Figures>({ sale: null, reading: null });
  const onOtherFrame = useCallback((text: string) => {
    setFigures((before) => parseFigures(text, before));
  }, []);
  return { ...figures, onOtherFrame };
}

/** The newer of the figures of frames and of REST, which is asked only while the feed polls. */
export function usePolledSale(
  eventId: number,
  feedState: FeedState,
  ofFrames: Sale | null,
): Sale | null {
  const isPolling = feedState.name === 'polling';
  const { data } = useQuery({ ...saleFiguresQuery(eventId), enabled: isPolling });
  if (data === undefined || (ofFrames !== null && ofFrames.now >= data.now)) return ofFrames;
  return polledSale(data);
}
