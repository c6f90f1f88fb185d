import { decodeNews, encodeNews, type TabNews } from '@/browser/tabMessages';

const CHANNEL = 'seatcast';

type Listener = (news: TabNews) => void;

export interface Tabs {
  /** Tell the other tabs. Who hears of it only looks again, and tells nobody in turn. */
  tell(news: TabNews): void;
  /** Tell this tab's listeners of what happened without its doing. */
  tellHere(news: TabNews): void;
  /** The answer ends it. */
  listen(listener: Listener): () => void;
}

type Channel = Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>;

export function createTabs(openChannel: () => Channel | null): Tabs {
  const listeners = new Set<Listener>();
  let channel: Channel | null | undefined;

  function opened(): Channel | null {
    if (channel === undefined) {
      channel = openChannel();
      channel?.addEventListener('message', ({ data }) => {
        const news = decodeNews(data);
        if (news !== null) tellHere(news);
      });
    }
    return channel;
  }

  function tellHere(news: TabNews): void {
    for (const listener of listeners) listener(news);
  }

  return {
    tell(news) {
      opened()?.postMessage(encodeNews(news));
    },
    tellHere,
    listen(listener) {
      opened();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export const tabs = createTabs(() =>
  typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL),
);
