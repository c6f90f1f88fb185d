import type { Timers } from '@/domain/feed/backoff';
import { isSameSet, isSubset, NO_SECTIONS, type SectionSet } from '@/domain/feed/sectionSet';

/** As many changes as servers answer at once are made without delay; they allow ten. */
const MAX_CHANGES_AT_ONCE = 6;
/** As often as servers answer at once. */
const CHANGE_EVERY_MS = 500;
/** Sections that are not shown any more are kept this long, for those who turn back. */
const RELEASE_MS = 5_000;

export interface SectionChoiceOptions {
  readonly timers: Timers;
  readonly now: () => number;
  readonly onChange: (sections: SectionSet) => void;
}

/** What a part of a page shows. */
interface Shown {
  /** Sections whose seats it shows, or will soon. */
  readonly needed: SectionSet;
  /** Sections not to release although it does not need them. */
  readonly kept: SectionSet;
}

/**
 * Chooses the sections that a feed delivers: those that the parts of a page need.
 *
 * What is missing is added at once, unless there were many changes just before; what is needed no
 * more is released with the next addition or after a while. So panning makes few requests.
 */
export class SectionChoice {
  readonly #options: SectionChoiceOptions;
  readonly #shown = new Map<string, Shown>();
  #chosen: SectionSet = NO_SECTIONS;
  #changesLeft = MAX_CHANGES_AT_ONCE;
  #countedAt = 0;
  #timer: { readonly isForMissing: boolean; readonly cancel: () => void } | null = null;

  constructor(options: SectionChoiceOptions) {
    this.#options = options;
  }

  get chosen(): SectionSet {
    return this.#chosen;
  }

  /** Start with none: sections are numbered anew. */
  clear(): void {
    this.#cancelTimer();
    this.#shown.clear();
    this.#chosen = NO_SECTIONS;
  }

  /** Set what one part of the page shows. */
  show(part: string, needed: SectionSet, kept: SectionSet = needed): void {
    this.#shown.set(part, { needed, kept });
    const all = this.#all();
    const isMissing = !isSubset(all.needed, this.#chosen);
    if (!isMissing && isSubset(this.#chosen, all.kept)) {
      this.#cancelTimer();
      return;
    }
    if (this.#timer !== null && (this.#timer.isForMissing || !isMissing)) return;
    this.#cancelTimer();
    const waitMs = isMissing ? this.#waitMs() : RELEASE_MS;
    if (waitMs === 0) this.#choose();
    else this.#setTimer(isMissing, waitMs);
  }

  #choose(): void {
    const { needed, kept } = this.#all();
    const next = new Set([...this.#chosen].filter((section) => kept.has(section)));
    for (const section of needed) next.add(section);
    if (isSameSet(next, this.#chosen)) return;
    this.#refill();
    this.#changesLeft -= 1;
    this.#chosen = next;
    this.#options.onChange(next);
  }

  #all(): Shown {
    const [needed, kept] = [new Set<number>(), new Set<number>()];
    for (const shown of this.#shown.values()) {
      for (const section of shown.needed) needed.add(section);
      for (const section of shown.kept) kept.add(section);
    }
    return { needed, kept: new Set([...needed, ...kept]) };
  }

  #waitMs(): number {
    this.#refill();
    return Math.max(1 - this.#changesLeft, 0) * CHANGE_EVERY_MS;
  }

  #refill(): void {
    const now = this.#options.now();
    const earned = (now - this.#countedAt) / CHANGE_EVERY_MS;
    this.#changesLeft = Math.min(this.#changesLeft + earned, MAX_CHANGES_AT_ONCE);
    this.#countedAt = now;
  }

  #setTimer(isForMissing: boolean, waitMs: number): void {
    const cancel = this.#options.timers.after(waitMs, () => {
      this.#timer = null;
      this.#choose();
    });
    this.#timer = { isForMissing, cancel };
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
