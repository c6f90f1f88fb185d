import type { SeatWish } from '@/domain/seatMap/features';
import { t } from '@/i18n/language';

import './filter.css';

interface WishChoicesProps {
  readonly label: string;
  readonly wishes: readonly SeatWish[];
  readonly chosen: readonly SeatWish[];
  readonly onChoose: (chosen: readonly SeatWish[]) => void;
}

export function WishChoices({ label, wishes, chosen, onChoose }: WishChoicesProps) {
  return (
    <fieldset className="wishes">
      <legend>{label}</legend>
      {wishes.map((wish) => (
        <label key={wish}>
          <input
            type="checkbox"
            checked={chosen.includes(wish)}
            onChange={({ target }) => {
              onChoose(
                wishes.filter((one) => (one === wish ? target.checked : chosen.includes(one))),
              );
            }}
          />
          {t(`filter:${wish}`)}
        </label>
      ))}
    </fieldset>
  );
}
