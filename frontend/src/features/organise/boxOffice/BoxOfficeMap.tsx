import { type MouseEvent, type RefObject, useMemo, useRef, useState } from 'react';

import type { EventDetail } from '@/api/types';
import type { Scene } from '@/canvas/scene';
import type { MapSeat } from '@/domain/seatMap/seats';
import type { ServerClock } from '@/domain/serverClock';
import { useMarquee } from '@/features/organise/boxOffice/useMarquee';
import type { SeatMapHandle } from '@/components/map/seatMapHandle';
import type { SeatMapComponent } from '@/features/organise/boxOffice/seatMapProps';
import { t } from '@/i18n/language';

/** What picked seats do to the selection: replace it, add to it, or leave it if they are in it. */
export type How = 'only' | 'add' | 'toggle';

interface BoxOfficeMapProps {
  readonly SeatMap: SeatMapComponent;
  readonly map: RefObject<SeatMapHandle | null>;
  readonly event: EventDetail;
  readonly scene: Scene;
  readonly seats: readonly MapSeat[];
  readonly clock: ServerClock;
  readonly selected: readonly MapSeat[];
  readonly onPick: (picked: readonly MapSeat[], how: How) => void;
}

/** The id of the form that selects places of standing areas. */
export const PLACES_ID = 'box-office-places';

const WAYS = ['dragSelects', 'dragMoves'] as const;

/** The buyers' map, on which seats are selected by clicks and with a dragged rectangle. */
export function BoxOfficeMap({
  SeatMap,
  map,
  event,
  scene,
  seats,
  clock,
  selected,
  onPick,
}: BoxOfficeMapProps) {
  const area = useRef<HTMLDivElement>(null);
  const how = useRef<How>('only');
  const pointer = useRef('mouse');
  const [isSelecting, setIsSelecting] = useState(() => matchMedia('(pointer: fine)').matches);
  const indexes = useMemo(() => selected.map(({ facts: { index } }) => index), [selected]);
  const marked = useMemo(() => new Set(indexes), [indexes]);
  const marquee = useMarquee({
    area,
    isOn: isSelecting,
    onSelect: (part, adds) => {
      const found = map.current?.indexesIn(part) ?? [];
      onPick(
        found.flatMap((index) => seats[index] ?? []),
        adds ? 'add' : 'only',
      );
    },
  });

  /** Fingers and keys have no Shift at hand: they add and leave out. */
  function noteClick({ detail, shiftKey, ctrlKey, metaKey }: MouseEvent) {
    const isPlain = detail > 0 && !shiftKey && !ctrlKey && !metaKey;
    how.current = isPlain && pointer.current === 'mouse' ? 'only' : 'toggle';
  }

  return (
    <>
      <div className="box-office__tools">
        <fieldset className="box-office__drag">
          <legend className="visually-hidden">{t('boxOffice:drag')}</legend>
          {WAYS.map((way) => (
            <label key={way}>
              <input
                type="radio"
                name="drag"
                checked={isSelecting === (way === 'dragSelects')}
                onChange={() => {
                  setIsSelecting(way === 'dragSelects');
                }}
              />
              <span>{t(`boxOffice:${way}`)}</span>
            </label>
          ))}
        </fieldset>
        <p className="box-office__hint">{t('boxOffice:mapHint')}</p>
      </div>
      <div
        className="box-office__map"
        ref={area}
        data-selecting={isSelecting || undefined}
        onPointerDownCapture={({ pointerType }) => {
          pointer.current = pointerType;
        }}
        onClickCapture={noteClick}
      >
        <SeatMap
          ref={map}
          event={event}
          scene={scene}
          seats={seats}
          clock={clock}
          isOnSale
          offered={indexes}
          selected={marked}
          onPick={(seat) => {
            onPick([seat], how.current);
          }}
          onMiss={() => {
            if (how.current === 'only') onPick([], 'only');
          }}
          onStand={() => {
            document.getElementById(PLACES_ID)?.querySelector('input')?.focus();
          }}
        >
          {marquee !== null && (
            <div
              className="box-office__marquee"
              style={{
                left: marquee.x,
                top: marquee.y,
                width: marquee.width,
                height: marquee.height,
              }}
            />
          )}
        </SeatMap>
      </div>
    </>
  );
}
