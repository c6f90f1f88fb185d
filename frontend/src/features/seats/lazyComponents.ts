/** What the map does without is loaded when somebody wants it. */
import { lazy } from 'react';

export const SeatList = lazy(async () => ({
  default: (await import('@/features/seats/list/SeatList')).SeatList,
}));

export const FindDialog = lazy(async () => ({
  default: (await import('@/features/seats/finder/SeatFinderDialog')).SeatFinderDialog,
}));

export const ShortcutsDialog = lazy(async () => ({
  default: (await import('@/features/seats/shortcuts/ShortcutsDialog')).ShortcutsDialog,
}));
