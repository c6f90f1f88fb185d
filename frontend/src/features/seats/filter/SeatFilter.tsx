import { useEffect, useId, useMemo, useRef, useState } from 'react';

import type { Scene } from '@/canvas/scene';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { type SeatWish, wishesAmong } from '@/domain/seatMap/features';
import { WishChoices } from '@/features/seats/filter/WishChoices';
import { t } from '@/i18n/language';

import './filter.css';

interface SeatFilterProps {
  readonly scene: Scene;
  readonly onChoose: (wishes: readonly SeatWish[]) => void;
}

/** A button that opens a card to choose which seats are shown on the map and in the list. */
export function SeatFilter({ scene: { facts, wishes }, onChoose }: SeatFilterProps) {
  const offered = useMemo(() => wishesAmong(facts), [facts]);
  const [isOpen, setIsOpen] = useState(false);
  const filter = useRef<HTMLDivElement>(null);
  const cardId = useId();
  useEffect(() => {
    if (!isOpen) return undefined;
    const closeOutside = ({ target }: Event) => {
      if (!(target instanceof Node && filter.current?.contains(target))) setIsOpen(false);
    };
    const closeByEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      setIsOpen(false);
      filter.current?.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    document.addEventListener('keydown', closeByEscape, { capture: true });
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
      document.removeEventListener('keydown', closeByEscape, { capture: true });
    };
  }, [isOpen]);

  if (offered.length === 0) return null;
  return (
    <div className="filter" ref={filter}>
      <Button
        className="filter__button"
        aria-expanded={isOpen}
        aria-controls={cardId}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        <Icon name="filter" />
        <span className="visually-hidden-when-narrow">{t('filter:title')}</span>
        {wishes.length > 0 && <b className="filter__count">{wishes.length}</b>}
      </Button>
      <div className="filter__card" id={cardId} hidden={!isOpen}>
        <WishChoices
          label={t('filter:label')}
          wishes={offered}
          chosen={wishes}
          onChoose={onChoose}
        />
      </div>
    </div>
  );
}
