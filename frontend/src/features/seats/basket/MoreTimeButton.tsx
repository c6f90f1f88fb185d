import { type RefObject, useRef } from 'react';

import { Button } from '@/components/Button';
import { useOpeningGuard } from '@/components/useOpeningGuard';
import { useFocusFallback } from '@/features/seats/basket/useFocusFallback';
import { t } from '@/i18n/language';

interface MoreTimeButtonProps {
  /** Gets the focus when the button, having been used, is gone. */
  readonly fallback: RefObject<HTMLElement | null>;
  readonly isBusy: boolean;
  readonly onClick: () => void;
}

export function MoreTimeButton({ fallback, isBusy, onClick }: MoreTimeButtonProps) {
  const place = useRef<HTMLSpanElement>(null);
  useFocusFallback(place, fallback);
  useOpeningGuard(place, { opensByItself: true });
  return (
    <span ref={place}>
      <Button className="basket__more-time" busy={isBusy} onClick={onClick}>
        {t('basket:lockExtension')}
      </Button>
    </span>
  );
}
