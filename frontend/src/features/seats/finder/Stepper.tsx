import { useId } from 'react';

import { Icon } from '@/components/Icon';
import { t } from '@/i18n/language';

interface StepperProps {
  /** Places are those of a standing area. */
  readonly of: 'seats' | 'places';
  readonly value: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** Number input from one. A step beyond the limits is aria-disabled, and keeps the focus. */
export function Stepper({ of, value, max, onChange }: StepperProps) {
  const labelId = useId();
  const to = (next: number) => {
    if (next >= 1 && next <= max) onChange(next);
  };
  return (
    <div className="stepper" role="group" aria-labelledby={labelId}>
      <span id={labelId} className="find__label">
        {t(`finder:count_${of}`)}
      </span>
      <button
        type="button"
        className="icon-button stepper__step"
        aria-label={t(`finder:fewer_${of}`)}
        aria-disabled={value <= 1}
        onClick={() => {
          to(value - 1);
        }}
      >
        <Icon name="minus" />
      </button>
      <output className="stepper__value tabular" aria-labelledby={labelId}>
        {value}
      </output>
      <button
        type="button"
        className="icon-button stepper__step"
        aria-label={t(`finder:more_${of}`)}
        aria-disabled={value >= max}
        onClick={() => {
          to(value + 1);
        }}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
