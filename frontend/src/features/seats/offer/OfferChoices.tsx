import { useRef } from 'react';

import { Button } from '@/components/Button';
import { useOpeningGuard } from '@/components/useOpeningGuard';
import type { Choice } from '@/features/seats/offer/offer';

import './offer.css';

interface OfferChoicesProps<One extends Choice> {
  readonly choices: readonly One[];
  readonly onTake: (choice: One) => void;
}

export function OfferChoices<One extends Choice>({ choices, onTake }: OfferChoicesProps<One>) {
  const ref = useRef<HTMLUListElement>(null);
  useOpeningGuard(ref, { opensByItself: true, content: labelsOf(choices) });
  return (
    <ul ref={ref} className="offer__choices">
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

/** Identifies what is offered. */
export function labelsOf(choices: readonly Choice[]): string {
  return choices.map(({ label }) => label).join('\n');
}
