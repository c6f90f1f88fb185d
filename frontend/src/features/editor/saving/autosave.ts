import type { ApiError } from '@/api/apiError';
import { toApiError } from '@/api/apiError';
import { type Draft, type SavedDraft, staleFrom, type StalePlan } from '@/api/planDrafts';

/** After the last change. */
const DEBOUNCE_MS = 1_500;
/** Changes without a pause are saved this often. */
const MAX_WAIT_MS = 10_000;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;

export type SaveStatus =
  | { readonly kind: 'saved' }
  | { readonly kind: 'unsaved' }
  | { readonly kind: 'saving' }
  /** Will be tried again. */
  | { readonly kind: 'offline' }
  /** Tried again only after the next change. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'stale'; readonly stale: StalePlan };

interface AutosaveOptions<Document> {
  readonly initial: Document;
  readonly revision: number;
  readonly serialise: (document: Document) => string;
  readonly save: (draft: Draft) => Promise<SavedDraft>;
  /** The draft as it is stored. */
  readonly fetch: () => Promise<Draft>;
  readonly onStatus: (status: SaveStatus) => void;
  /** Call later; returns a function that cancels it. */
  readonly after: (ms: number, act: () => void) => () => void;
  readonly now: () => number;
}

interface Unsure<Document> {
  readonly text: string;
  readonly document: Document;
}

/**
 * Saves the latest document, one request at a time. A document that was saved already, or that was
 * changed back, is not sent. After a conflict it saves nothing more.
 */
export class Autosave<Document extends object> {
  readonly #options: AutosaveOptions<Document>;
  #saved: Document;
  #latest: Document;
  #revision: number;
  #firstUnsavedAt: number | null = null;
  #failures = 0;
  /** What was sent without a response. */
  #unsure: Unsure<Document> | null = null;
  #inFlight: Promise<void> | null = null;
  #status: SaveStatus = { kind: 'saved' };
  #cancel = () => {
    // Nothing is scheduled yet.
  };

  constructor(options: AutosaveOptions<Document>) {
    this.#options = options;
    this.#saved = this.#latest = options.initial;
    this.#revision = options.revision;
  }

  /** Of the last save. */
  get revision(): number {
    return this.#revision;
  }

  get isSaved(): boolean {
    return this.#latest === this.#saved;
  }

  get status(): SaveStatus {
    return this.#status;
  }

  changed(document: Document): void {
    if (document === this.#latest || this.#status.kind === 'stale') return;
    this.#latest = document;
    if (this.#inFlight !== null) return;
    this.#schedule();
  }

  /** Save now, for example because the network is back. Resolves when nothing is being sent. */
  async flush(): Promise<void> {
    this.#cancel();
    while (!this.isSaved && this.#status.kind !== 'stale') {
      const failures = this.#failures;
      await (this.#inFlight ?? this.#send());
      if (this.#failures > failures || this.#status.kind === 'refused') break;
    }
  }

  close(): void {
    this.#cancel();
  }

  #schedule(): void {
    this.#cancel();
    if (this.isSaved) {
      this.#firstUnsavedAt = null;
      this.#show({ kind: 'saved' });
      return;
    }
    const now = this.#options.now();
    this.#firstUnsavedAt ??= now;
    this.#show({ kind: 'unsaved' });
    const waitMs = Math.min(DEBOUNCE_MS, Math.max(this.#firstUnsavedAt + MAX_WAIT_MS - now, 0));
    this.#cancel = this.#options.after(waitMs, () => void this.#send());
  }

  #send(): Promise<void> {
    this.#inFlight ??= this.#sendLatest().finally(() => {
      this.#inFlight = null;
      const { kind } = this.#status;
      if (kind === 'saved' || kind === 'unsaved') this.#schedule();
    });
    return this.#inFlight;
  }

  async #sendLatest(): Promise<void> {
    this.#cancel();
    const document = this.#latest;
    this.#firstUnsavedAt = null;
    this.#show({ kind: 'saving' });
    try {
      if (this.#unsure !== null) await this.#settle(this.#unsure);
      if (document === this.#saved) {
        this.#show({ kind: this.isSaved ? 'saved' : 'unsaved' });
        return;
      }
      const text = this.#options.serialise(document);
      this.#unsure = { text, document };
      const { revision } = await this.#options.save({ text, revision: this.#revision });
      this.#revision = revision;
      this.#saved = document;
      this.#unsure = null;
      this.#failures = 0;
    } catch (cause) {
      this.#failed(toApiError(cause));
      return;
    }
    this.#show({ kind: this.isSaved ? 'saved' : 'unsaved' });
  }

  /** If a response was lost, ask whether the draft was stored: a second save would be stale. */
  async #settle({ text, document }: Unsure<Document>): Promise<void> {
    const stored = await this.#options.fetch();
    if (stored.text === text) [this.#revision, this.#saved] = [stored.revision, document];
    this.#unsure = null;
  }

  #failed(error: ApiError): void {
    const stale = staleFrom(error);
    if (!error.isOutcomeUnknown) this.#unsure = null;
    this.#failures += 1;
    if (stale !== null) {
      this.#show({ kind: 'stale', stale });
    } else if (error.isOutcomeUnknown || error.status === 429) {
      this.#show({ kind: 'offline' });
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), MAX_RETRY_MS);
      this.#cancel = this.#options.after(waitMs, () => void this.#send());
    } else {
      this.#show({ kind: 'refused', message: error.message });
    }
  }

  #show(status: SaveStatus): void {
    if (status.kind === this.#status.kind && status.kind !== 'refused') return;
    this.#status = status;
    this.#options.onStatus(status);
  }
}
