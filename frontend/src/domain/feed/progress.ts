import { assertNever } from '@/domain/assertNever';
import type { FeedStart, ResumePosition } from '@/domain/feed/feedState';
import type { Link } from '@/domain/feed/links';
import type { DeltaFrame, FeedFrame, PartFrame, ServerFrame } from '@/domain/feed/protocol';
import {
  canBeNamed,
  difference,
  intersection,
  isSubset,
  NO_SECTIONS,
  type SectionSet,
  type WantedSections,
} from '@/domain/feed/sectionSet';

/** What the frames of all connections together have reached. */
export class Progress {
  position: ResumePosition | null = null;
  /** The sections whose states are known; null if all are. */
  #sections: SectionSet | null = null;
  /** The sequence number of the last counts. */
  #countsSeq: number | null = null;

  /** Start anew, with a snapshot. */
  forget(): void {
    this.position = null;
  }

  /** Return where a connection starts that should bring what is wanted. */
  start(wanted: WantedSections | null): FeedStart {
    const resumeFrom = this.position;
    if (wanted === null) return { resumeFrom, sections: null };
    const known = this.#knownOf(wanted);
    const isOtherLayout = resumeFrom !== null && resumeFrom.layout !== wanted.layout;
    return {
      resumeFrom,
      sections: {
        layout: resumeFrom?.layout ?? wanted.layout,
        known,
        added: isOtherLayout ? NO_SECTIONS : difference(wanted.sections, known),
        hasCounts: this.#countsSeq === resumeFrom?.seq,
      },
    };
  }

  /** Whether wanted sections of the current layout are not known. */
  lacks(wanted: WantedSections): boolean {
    if (this.position?.layout !== wanted.layout || this.#sections === null) return false;
    return !isSubset(wanted.sections, this.#sections);
  }

  /**
   * Returns the frame as it continues the position, 'known' if another connection has brought newer
   * states already, or 'gap' if the frame does not continue the last one of its own connection.
   */
  advance(link: Link, frame: ServerFrame): FeedFrame | 'known' | 'gap' {
    if (!link.continues(frame)) {
      // If even the first frame does not fit, the server cannot resume from our position.
      if (!link.hasDelivered) this.forget();
      return 'gap';
    }
    link.received(frame);
    switch (frame.type) {
      case 'snapshot':
        this.position = { seq: frame.seq, layout: frame.layout };
        this.#sections = null;
        return frame;
      case 'delta':
        return this.#advanceDelta(frame);
      case 'part':
        return this.#advancePart(link.sections, frame);
      case 'beat':
        return this.position?.seq === frame.seq ? frame : 'known';
      default:
        return assertNever(frame);
    }
  }

  #advanceDelta(frame: DeltaFrame): FeedFrame | 'known' {
    const before = this.position;
    if (before === null) return 'known';
    if (frame.seq < before.seq) return 'known';
    this.position = { ...before, seq: frame.seq };
    // All states are absolute, so a delta may start before our position.
    return { ...frame, from: before.seq };
  }

  /** `sections` are those that the connection brings from this frame on. */
  #advancePart(sections: SectionSet, frame: PartFrame): FeedFrame | 'known' | 'gap' {
    const before = this.position;
    if (frame.from === null) {
      this.position = { seq: frame.seq, layout: frame.layout ?? '' };
      this.#sections = sections;
      this.#countsSeq = frame.seq;
      return { ...frame, sections };
    }
    if (before === null) return 'known';
    const whole = new Set(frame.whole.map(({ section }) => section));
    const isOlder = frame.seq < before.seq;
    const unknown = this.#sections === null ? NO_SECTIONS : difference(sections, this.#sections);
    if (isOlder) {
      const isLost = this.#sections === null || unknown.size > 0;
      return isLost ? 'gap' : this.#advanceCounts(before, frame);
    }
    if (!isSubset(unknown, whole)) {
      this.forget();
      return 'gap';
    }
    this.position = { ...before, seq: frame.seq };
    this.#sections = sections;
    if (frame.free.length > 0) this.#countsSeq = frame.seq;
    return { ...frame, from: before.seq, sections };
  }

  /** The connection's later counts are only what has changed since these. */
  #advanceCounts({ seq }: ResumePosition, frame: PartFrame): FeedFrame | 'known' {
    const sections = this.#sections;
    if (sections === null || frame.free.length === 0) return 'known';
    if (this.#countsSeq !== null && this.#countsSeq >= frame.seq) return 'known';
    this.#countsSeq = frame.seq;
    return { ...frame, from: seq, seq, whole: [], changes: [], sections };
  }

  #knownOf({ layout, sections }: WantedSections): SectionSet {
    if (this.position?.layout !== layout) return NO_SECTIONS;
    const known = this.#sections === null ? sections : intersection(sections, this.#sections);
    return canBeNamed(known) ? known : NO_SECTIONS;
  }
}
