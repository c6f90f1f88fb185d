/** Parts of the seat selector that are loaded on demand. */
import { lazy } from 'react';

import { withMessages } from '@/i18n/language';

export const SeatList = lazy(
  withMessages(['list'], async () => ({
    default: (await import('@/features/seats/list/SeatList')).SeatList,
  })),
);

export const FindDialog = lazy(
  withMessages(['filter', 'finder'], async () => ({
    default: (await import('@/features/seats/finder/SeatFinderDialog')).SeatFinderDialog,
  })),
);

export const AboutDialog = lazy(
  withMessages(['about'], async () => ({
    default: (await import('@/features/seats/about/AboutDialog')).AboutDialog,
  })),
);

export const ShortcutsDialog = lazy(
  withMessages(['shortcuts'], async () => ({
    default: (await import('@/features/seats/shortcuts/ShortcutsDialog')).ShortcutsDialog,
  })),
);

export const SeatFilter = lazy(
  withMessages(['filter'], async () => ({
    default: (await import('@/features/seats/filter/SeatFilter')).SeatFilter,
  })),
);

export const PromoCode = lazy(
  withMessages(['promoCode'], async () => ({
    default: (await import('@/features/seats/promoCode/PromoCode')).PromoCode,
  })),
);

export const MiniMap = lazy(async () => ({
  default: (await import('@/features/seats/map/MiniMap')).MiniMap,
}));

export const SeatTooltip = lazy(async () => ({
  default: (await import('@/features/seats/map/SeatTooltip')).SeatTooltip,
}));

export const SectionButtons = lazy(async () => ({
  default: (await import('@/features/seats/map/SectionButtons')).SectionButtons,
}));

export const SectionTooltip = lazy(async () => ({
  default: (await import('@/features/seats/map/SectionTooltip')).SectionTooltip,
}));

export const SignInPrompt = lazy(async () => ({
  default: (await import('@/features/seats/SignInPrompt')).SignInPrompt,
}));

export const BasketLine = lazy(async () => ({
  default: (await import('@/features/seats/basket/BasketLine')).BasketLine,
}));

export const OpenPaymentActions = lazy(async () => ({
  default: (await import('@/features/seats/basket/OpenPaymentActions')).OpenPaymentActions,
}));

export const StandingButtons = lazy(async () => ({
  default: (await import('@/features/seats/map/StandingButtons')).StandingButtons,
}));
