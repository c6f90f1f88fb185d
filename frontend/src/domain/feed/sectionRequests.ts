import type { Links } from '@/domain/feed/links';
import type { Polling } from '@/domain/feed/polling';
import type { Progress } from '@/domain/feed/progress';
import { nameable, type WantedSections } from '@/domain/feed/sectionSet';

interface SectionRequestOptions {
  /** Null for a feed of the whole map. */
  readonly wanted: WantedSections | null;
  readonly progress: Progress;
  readonly links: Links;
  readonly polling: Polling;
}

/** The sections that a feed should deliver, and the requests for them by each transport. */
export class SectionRequests {
  readonly #options: SectionRequestOptions;
  #wanted: WantedSections | null;

  constructor(options: SectionRequestOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
  }

  get wanted(): WantedSections | null {
    return this.#wanted;
  }

  /** No effect on a feed of the whole map. */
  want({ layout, sections }: WantedSections): void {
    if (this.#wanted === null) return;
    this.#wanted = { layout, sections: nameable(sections) };
    this.request();
  }

  /** Ask for what is wanted, if something else was asked for last. */
  request(): void {
    const { progress, links, polling } = this.#options;
    const wanted = this.#wanted;
    if (wanted === null || progress.position?.layout !== wanted.layout) return;
    const [socket, stream] = [links.get('socket'), links.get('stream')];
    if (socket?.hasDelivered === true) {
      if (socket.needsRequest(wanted)) socket.request(wanted);
      return;
    }
    // What is not wanted any more does no harm.
    if (!progress.lacks(wanted)) return;
    if (stream?.hasDelivered === true) {
      links.open('stream');
    } else if (polling.isActive && !polling.isToldToWait) {
      polling.stop();
      polling.request();
    }
  }
}
