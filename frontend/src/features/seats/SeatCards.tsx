import type { SeatFacts } from '@/domain/seatMap/seats';
import type { Choice, Offer } from '@/features/seats/offer/offer';
import { OfferCard } from '@/features/seats/offer/OfferCard';
import type { OrphanPrompt } from '@/features/seats/orphans/useOrphanWarning';
import { t } from '@/i18n/language';

interface SeatCardsProps {
  readonly offer: Offer | null;
  /** What is still available of the offer. */
  readonly choices: readonly Choice[];
  readonly orphanPrompt: OrphanPrompt | null;
  readonly onTake: (seats: readonly SeatFacts[], insteadOf: readonly SeatFacts[]) => void;
  readonly onDismissOffer: () => void;
}

/** The card above the map or list: an offer first, else an orphan warning. */
export function SeatCards({
  offer,
  choices,
  orphanPrompt,
  onTake,
  onDismissOffer,
}: SeatCardsProps) {
  if (offer !== null && choices.length > 0) {
    return (
      <OfferCard
        name={t('seats:offer')}
        sentence={offer.text}
        choices={choices}
        seat={offer.insteadOf[0]}
        onTake={({ seats }) => {
          onTake(seats, offer.insteadOf);
        }}
        onDismiss={onDismissOffer}
      />
    );
  }
  if (orphanPrompt === null) return null;
  return (
    <OfferCard
      name={t('choosing:orphanPrompt')}
      sentence={orphanPrompt.text}
      choices={orphanPrompt.fixes}
      seat={orphanPrompt.seat}
      onTake={({ seats, insteadOf }) => {
        onTake(seats, insteadOf);
      }}
      onDismiss={orphanPrompt.dismiss}
    />
  );
}
