type Callback = (lock: Lock | null) => unknown;
type Listener = (message: MessageEvent) => void;

interface Waiting {
  readonly callback: Callback;
  readonly signal: AbortSignal | undefined;
}

/** The locks and channels that the tabs of a browser share. Messages arrive at once. */
export class FakeBrowser {
  readonly #waiting: Waiting[] = [];
  #holder: object | null = null;
  readonly #channels = new Set<Set<Listener>>();

  readonly locks = {
    request: (_: string, { signal }: LockOptions, callback: Callback): Promise<unknown> => {
      this.#waiting.push({ callback, signal });
      return Promise.resolve();
    },
  } as Pick<LockManager, 'request'>;

  openChannel(): Pick<BroadcastChannel, 'postMessage' | 'addEventListener'> {
    const own = new Set<Listener>();
    this.#channels.add(own);
    return {
      postMessage: (data: unknown) => {
        const others = [...this.#channels].filter((channel) => channel !== own);
        for (const listener of others.flatMap((channel) => [...channel])) {
          listener(new MessageEvent('message', { data: structuredClone(data) }));
        }
      },
      addEventListener: (_: string, listener: unknown) => {
        own.add(listener as Listener);
      },
    };
  }

  /** Take the lock from its holder, as when a tab dies. */
  breakLock(): void {
    this.#holder = null;
  }

  /** Let locks pass on until nothing changes. */
  async settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await Promise.resolve();
      const next = this.#holder === null ? this.#waiting.shift() : undefined;
      if (next === undefined || next.signal?.aborted === true) continue;
      const holder = {};
      this.#holder = holder;
      void Promise.resolve(next.callback(null)).then(() => {
        if (this.#holder === holder) this.#holder = null;
      });
    }
  }
}
