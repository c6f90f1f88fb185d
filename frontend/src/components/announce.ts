import { createContext, use } from 'react';

/** `quiet` is announced to screen readers but not shown. */
export type Tone = 'info' | 'good' | 'bad' | 'quiet';

export interface Announcement {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

export type Announce = (text: string, tone?: Tone) => void;

export const AnnounceContext = createContext<Announce>(() => undefined);

export function useAnnounce(): Announce {
  return use(AnnounceContext);
}

/** Set where announcements are shown: in the open dialog, or null, because the rest is inert. */
export const AnnouncerPlaceContext = createContext<(dialog: HTMLElement | null) => void>(
  () => undefined,
);
