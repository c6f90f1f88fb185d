import { assertNever } from '@/domain/assertNever';
import type { ResumePosition } from '@/domain/feed/feedState';
import type { Link } from '@/domain/feed/links';
import type { ServerFrame } from '@/domain/feed/protocol';

/** The position that the frames of all connections together have reached. */
export class Progress {
  position: ResumePosition | null = null;

  /** Start anew, with a snapshot. */
  forget(): void {
    this.position = null;
  }

  /**
   * Returns the frame as it continues the position, 'known' if another connection has brought newer
   * states already, or 'gap' if the frame does not continue the last one of its own connection.
   */
  advance(link: Link, frame: ServerFrame): ServerFrame | 'known' | 'gap' {
    if (!link.continues(frame)) {
      // If even the first frame does not fit, the server cannot resume from our position.
      if (!link.hasDelivered) this.forget();
      return 'gap';
    }
    link.received(frame);
    switch (frame.type) {
      case 'snapshot':
        this.position = { seq: frame.seq, layout: frame.layout };
        return frame;
      case 'delta': {
        const before = this.position;
        if (before === null || frame.seq < before.seq) return 'known';
        this.position = { ...before, seq: frame.seq };
        // All states are absolute, so a delta may start before our position.
        return { ...frame, from: before.seq };
      }
      case 'beat':
        return this.position?.seq === frame.seq ? frame : 'known';
      default:
        return assertNever(frame);
    }
  }
}
