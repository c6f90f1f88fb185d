import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

import './announcer.css';
import {
  AnnounceContext,
  type Announcement,
  AnnouncerPlaceContext,
  type Tone,
} from '@/components/announce';
import { Icon, type IconName } from '@/components/Icon';

const SHOWN_MS = 6_000;
const SHOWN_AT_ONCE = 3;

const ICONS = {
  good: 'check',
  bad: 'alert',
  info: 'info',
  quiet: 'info',
} as const satisfies Record<Tone, IconName>;

/** Shows results as toasts, and announces them in the page's one polite live region. */
export function Announcer({ children }: { readonly children: ReactNode }) {
  const [announcements, setAnnouncements] = useState<readonly Announcement[]>([]);
  const [dialog, setDialog] = useState<HTMLElement | null>(null);
  const lastId = useRef(0);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());

  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running) clearTimeout(timer);
    };
  }, []);

  const announce = useCallback((text: string, tone: Tone = 'info') => {
    lastId.current += 1;
    const id = lastId.current;
    setAnnouncements((before) => [
      ...before.filter((one) => one.text !== text).slice(1 - SHOWN_AT_ONCE),
      { id, text, tone },
    ]);
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setAnnouncements((before) => before.filter((one) => one.id !== id));
    }, SHOWN_MS);
    timers.current.add(timer);
  }, []);

  const region = (
    <div className="announcer" role="status" aria-live="polite">
      {announcements.map(({ id, text, tone }) => (
        <p key={id} className={tone === 'quiet' ? 'visually-hidden' : 'toast'} data-tone={tone}>
          <Icon name={ICONS[tone]} />
          {text}
        </p>
      ))}
    </div>
  );
  return (
    <AnnounceContext value={announce}>
      <AnnouncerPlaceContext value={setDialog}>{children}</AnnouncerPlaceContext>
      {dialog === null ? region : createPortal(region, dialog)}
    </AnnounceContext>
  );
}
