import { decodeTabMessage, encodeTabMessage, type TabMessage } from '@/browser/tabMessages';

const CHANNEL = 'seatcast';

type Listener = (message: TabMessage) => void;

export interface Tabs {
  /** Send to the other tabs. Receivers refetch and do not forward it. */
  broadcast(message: TabMessage): void;
  /** Notify the listeners in this tab. */
  notifyLocal(message: TabMessage): void;
  /** Returns an unsubscribe function. */
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
        const message = decodeTabMessage(data);
        if (message !== null) notifyLocal(message);
      });
    }
    return channel;
  }

  function notifyLocal(message: TabMessage): void {
    for (const listener of listeners) listener(message);
  }

  return {
    broadcast(message) {
      opened()?.postMessage(encodeTabMessage(message));
    },
    notifyLocal,
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
