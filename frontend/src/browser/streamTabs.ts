import type { StreamMessage, StreamTabs } from '@/domain/feed/sharedStream';

const NAME = 'seatcast-stream';

type Locks = Pick<LockManager, 'request'>;
type Channel = Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>;

/**
 * The tabs of this browser: the leader holds a lock, which passes on when it ends, however it does.
 * A leader may have several streams.
 */
export function createStreamTabs(locks: Locks, channel: Channel): StreamTabs {
  const listeners = new Set<(message: StreamMessage) => void>();
  let leading = 0;
  let release = (): void => undefined;

  channel.addEventListener('message', ({ data }) => {
    for (const listener of [...listeners]) listener(data as StreamMessage);
  });

  function lead(onLeading: () => void): () => void {
    const waiting = new AbortController();
    let isLeading = false;
    const begin = () => {
      isLeading = true;
      leading += 1;
      onLeading();
    };
    if (leading > 0) begin();
    else {
      locks
        .request(NAME, { signal: waiting.signal }, () => {
          if (waiting.signal.aborted) return undefined;
          const ended = new Promise<void>((resolve) => {
            release = resolve;
          });
          begin();
          return ended;
        })
        // It was aborted.
        .catch(() => undefined);
    }
    return () => {
      waiting.abort();
      if (!isLeading) return;
      isLeading = false;
      leading -= 1;
      if (leading === 0) release();
    };
  }

  return {
    lead,
    post(message) {
      channel.postMessage(message);
    },
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

let opened: StreamTabs | null = null;

/** Null where browsers have no locks: without TLS, except on this machine. */
export function streamTabs(): StreamTabs | null {
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return null;
  opened ??= createStreamTabs(navigator.locks, new BroadcastChannel(NAME));
  return opened;
}
