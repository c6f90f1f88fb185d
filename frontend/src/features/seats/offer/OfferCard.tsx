import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';

import { Icon } from '@/components/Icon';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Choice } from '@/features/seats/offer/offer';
import { OfferChoices } from '@/features/seats/offer/OfferChoices';
import { t } from '@/i18n/language';

/** Distance to keep from the seat. */
const CLEAR_PX = 24;

interface OfferCardProps<One extends Choice> {
  /** Accessible name. */
  readonly name: string;
  readonly sentence: string;
  readonly choices: readonly One[];
  /** The seat that must not be covered. */
  readonly awayFrom: SeatFacts | undefined;
  readonly onTake: (choice: One) => void;
  readonly onDismiss: () => void;
}

/**
 * A card at the lower edge of the map or list, or at the upper edge if it would cover the seat in
 * question. It takes no focus, as its content has been announced; when it closes, the focus returns
 * to the seats.
 */
export function OfferCard<One extends Choice>({
  name,
  sentence,
  choices,
  awayFrom,
  onTake,
  onDismiss,
}: OfferCardProps<One>) {
  const ref = useRef<HTMLElement>(null);
  const hiddenIndex = awayFrom?.index;
  useLayoutEffect(() => {
    const card = ref.current;
    const seat = card
      ?.closest('.selector__map')
      ?.querySelector(`[data-seat="${hiddenIndex ?? ''}"]`);
    if (!card || !seat) return;
    card.removeAttribute('data-above');
    const { top } = card.getBoundingClientRect();
    card.toggleAttribute('data-above', seat.getBoundingClientRect().bottom > top - CLEAR_PX);
  }, [hiddenIndex]);

  return (
    <section
      ref={ref}
      className="offer"
      aria-label={name}
      onKeyDown={(press: KeyboardEvent<HTMLElement>) => {
        if (press.key !== 'Escape') return;
        giveFocusBack(press.currentTarget, hiddenIndex);
        onDismiss();
      }}
      onClick={({ currentTarget, target }) => {
        if (target instanceof Element && target.closest('button')) {
          giveFocusBack(currentTarget, hiddenIndex);
        }
      }}
    >
      <p className="offer__sentence">{sentence}</p>
      <OfferChoices choices={choices} onTake={onTake} />
      <button
        type="button"
        className="icon-button offer__dismiss"
        aria-label={t('seats:offer_dismiss')}
        onClick={onDismiss}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}

function giveFocusBack(card: HTMLElement, seatIndex: number | undefined): void {
  const area = card.closest('.selector__map');
  const seat =
    area?.querySelector<HTMLElement>(`[data-seat="${seatIndex ?? ''}"]`) ??
    area?.querySelector<HTMLElement>('[data-seat][tabindex="0"]');
  seat?.focus({ preventScroll: true });
}
