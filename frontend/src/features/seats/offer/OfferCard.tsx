import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';

import { Icon } from '@/components/Icon';
import { useOpeningGuard } from '@/components/useOpeningGuard';
import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Choice } from '@/features/seats/offer/offer';
import { labelsOf, OfferChoices } from '@/features/seats/offer/OfferChoices';
import { t } from '@/i18n/language';

interface OfferCardProps<One extends Choice> {
  /** Accessible name. */
  readonly name: string;
  readonly sentence: string;
  readonly choices: readonly One[];
  /** The seat in question. */
  readonly seat: SeatFacts | undefined;
  readonly onTake: (choice: One) => void;
  readonly onDismiss: () => void;
}

/**
 * A card at the lower or upper edge of the map, or the lower one of the list, beside the basket. It
 * takes no focus, as its content has been announced; when it closes, the focus returns to the
 * seats.
 */
export function OfferCard<One extends Choice>({
  name,
  sentence,
  choices,
  seat,
  onTake,
  onDismiss,
}: OfferCardProps<One>) {
  const ref = useRef<HTMLElement>(null);
  const content = `${sentence}\n${labelsOf(choices)}`;
  useOpeningGuard(ref, { opensByItself: true, content });
  const index = seat?.index;
  useLayoutEffect(() => {
    // In the list; the map never moves by itself.
    ref.current
      ?.closest('.list')
      ?.querySelector(`[data-seat="${index ?? ''}"]`)
      ?.scrollIntoView({ block: 'nearest' });
  }, [index, content]);

  return (
    <section
      ref={ref}
      className="offer"
      data-over-map=""
      aria-label={name}
      onKeyDown={(press: KeyboardEvent<HTMLElement>) => {
        if (press.key !== 'Escape') return;
        giveFocusBack(press.currentTarget, index);
        onDismiss();
      }}
      onClick={({ currentTarget, target }) => {
        if (target instanceof Element && target.closest('button')) {
          giveFocusBack(currentTarget, index);
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
