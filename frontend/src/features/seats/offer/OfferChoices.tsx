import { Button } from '@/components/Button';
import type { Choice } from '@/features/seats/offer/offer';

import './offer.css';

interface OfferChoicesProps {
  readonly choices: readonly Choice[];
  readonly onTake: (choice: Choice) => void;
}

export function OfferChoices({ choices, onTake }: OfferChoicesProps) {
  return (
    <ul className="offer__choices">
      {choices.map((choice) => (
        <li key={choice.label}>
          <Button
            className="offer__choice"
            onClick={() => {
              onTake(choice);
            }}
          >
            {choice.label}
          </Button>
        </li>
      ))}
    </ul>
  );
}
