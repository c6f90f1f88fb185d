import { Button } from '@/components/Button';
import type { Choice } from '@/features/seats/offer/offer';

import './offer.css';

interface OfferChoicesProps<One extends Choice> {
  readonly choices: readonly One[];
  readonly onTake: (choice: One) => void;
}

export function OfferChoices<One extends Choice>({ choices, onTake }: OfferChoicesProps<One>) {
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
