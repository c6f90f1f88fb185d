import type { RefObject } from 'react';

import type { BasketHandle } from '@/features/seats/basket/Basket';
import type { View } from '@/features/seats/list/useView';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import { ZOOM_STEP } from '@/components/map/ZoomButtons';
import { useShortcuts } from '@/features/seats/shortcuts/useShortcuts';

interface SelectorShortcutOptions {
  readonly areOn: boolean;
  readonly map: RefObject<SeatMapHandle | null>;
  readonly basket: RefObject<BasketHandle | null>;
  readonly goTo: (view: View) => void;
  readonly find: () => void;
  readonly reserve: () => void;
  readonly help: () => void;
  /** Close the card above the map. Returns whether there was one. */
  readonly closeCard: () => boolean;
}

/** The shortcuts of the seat selector. */
export function useSelectorShortcuts(options: SelectorShortcutOptions): void {
  const { areOn, map, basket, goTo, find, reserve, help, closeCard } = options;
  useShortcuts({
    areOn,
    actions: {
      map: () => {
        goTo('map');
      },
      list: () => {
        goTo('list');
      },
      find,
      basket: () => {
        basket.current?.show();
      },
      reserve,
      zoomIn: () => {
        map.current?.controls.animateZoomBy(ZOOM_STEP);
      },
      zoomOut: () => {
        map.current?.controls.animateZoomBy(1 / ZOOM_STEP);
      },
      showAll: () => {
        map.current?.controls.showAll();
      },
      help,
    },
    onEscape: () => {
      if (!closeCard()) map.current?.leaveSection();
    },
  });
}
