import type { FeedStart, ResumePosition, SectionStart } from '@/domain/feed/feedState';
import type { SeatFacts } from '@/domain/seatMap/seats';
import { factsOf, makeSeat } from '@/testing/factories';

/** A seat's status code and the deadline of its lock. */
export type WireState = readonly [code: number, lockedUntil: number | null];

const FREE: WireState = [0, null];
const PRICES = ['10.00', '20.00'] as const;
const SEATS_PER_BYTE = 4;
/** Up to so many changes of a section are not replaced by its whole state. */
const MOST_CHANGES = 3;

/** Three sections, two prices in each, seats of which are mixed. */
const sectionOf = (index: number) => index % 3;
const priceOf = (index: number) => PRICES[Math.floor(index / 3) % 2] ?? PRICES[0];

/** A server of one event, as docs/protocol.md describes it. `now` is its clock. */
export class PartServer {
  now = 1_767_225_600_000;
  seq = 100;
  layout = 'layout-1';
  readonly #states = new Map<number, readonly WireState[]>();
  readonly #changedAt: number[];

  constructor(seatCount: number) {
    this.#changedAt = Array.from({ length: seatCount }, () => 0);
    this.#states.set(
      this.seq,
      this.#changedAt.map(() => FREE),
    );
  }

  get seatCount(): number {
    return this.#changedAt.length;
  }

  /** The states at a number of the current layout. */
  statesAt(seq: number): readonly WireState[] {
    const states = this.#states.get(seq);
    if (states === undefined) throw new RangeError(`The server was never at ${seq}`);
    return states;
  }

  /** Whether it was at a number with the current layout. */
  hasBeenAt(seq: number): boolean {
    return this.#states.has(seq);
  }

  facts(): SeatFacts[] {
    return this.#changedAt.map((_, index) => {
      const section = `Section ${sectionOf(index)}`;
      return factsOf(makeSeat(index, { section, price: priceOf(index) }), index);
    });
  }

  commit(changes: readonly (readonly [index: number, state: WireState])[]): void {
    const states = [...this.statesAt(this.seq)];
    this.seq += 1;
    for (const [index, state] of changes) {
      states[index] = state;
      this.#changedAt[index] = this.seq;
    }
    this.#states.set(this.seq, states);
  }

  /** Put a plan with one more seat in front on the event. All seats are free. */
  changeLayout(): void {
    this.seq += 1;
    this.layout += "'";
    this.#changedAt.push(0);
    this.#changedAt.fill(this.seq);
    this.#states.clear();
    this.#states.set(
      this.seq,
      this.#changedAt.map(() => FREE),
    );
  }

  seatsOf(section: number): number[] {
    return this.#changedAt.flatMap((_, index) => (sectionOf(index) === section ? index : []));
  }

  changedSince(seq: number, section: number): number[] {
    return this.seatsOf(section).filter((index) => (this.#changedAt[index] ?? 0) > seq);
  }

  /** Free seats by pool, in the order of their first seats. */
  free(): number[] {
    const counts = new Map<string, number>();
    this.statesAt(this.seq).forEach(([code], index) => {
      const pool = `${sectionOf(index)} ${priceOf(index)}`;
      counts.set(pool, (counts.get(pool) ?? 0) + (code === 0 ? 1 : 0));
    });
    return [...counts.values()];
  }
}

/** What the server knows of a subscriber. A poll is one that is sent its first frame only. */
export class PartSubscriber {
  readonly #server: PartServer;
  #seq: number | null;
  #layout: string;
  #wanted: ReadonlySet<number>;
  #known: ReadonlySet<number>;
  #countsSeq: number | null = null;
  #requestId: number | null = null;

  constructor(server: PartServer, resumeFrom: ResumePosition | null, sections: SectionStart) {
    this.#server = server;
    this.#layout = sections.layout;
    this.#seq = resumeFrom?.layout === server.layout ? resumeFrom.seq : null;
    this.#known = sections.known;
    this.#wanted = new Set([...sections.known, ...sections.added]);
  }

  subscribe(text: string): void {
    const { type, layout, sections, id } = JSON.parse(text) as Record<string, unknown>;
    if (type !== 'subscribe') return;
    this.#layout = String(layout);
    this.#wanted = numbersIn(String(sections));
    this.#requestId = Number(id);
  }

  /** The changes of its sections; null if there are none. */
  changes(): object | null {
    const [server, since] = [this.#server, this.#seq];
    if (since === null || !server.hasBeenAt(since)) return this.everything();
    const rows = [...this.#known].flatMap((section) => this.#rowsSince(section, since));
    if (rows.length === 0) return null;
    this.#seq = server.seq;
    return { type: 'part', from: since, seq: server.seq, now: server.now, changes: rows };
  }

  /** All that it lacks, with the counts. */
  everything(): object {
    const server = this.#server;
    const since = this.#seq !== null && server.hasBeenAt(this.#seq) ? this.#seq : null;
    const isAnswered = this.#layout === server.layout;
    const wanted = isAnswered ? this.#wanted : new Set<number>();
    const whole: number[] = [];
    const rows: unknown[][] = [];
    for (const section of wanted) {
      const changed =
        since !== null && this.#known.has(section) ? this.#rowsSince(section, since) : null;
      if (changed === null || changed.length > MOST_CHANGES) whole.push(section);
      else rows.push(...changed);
    }
    const counts = server.free();
    const frame = {
      type: 'part',
      from: since,
      seq: server.seq,
      now: server.now,
      ...(since === null && { layout: server.layout }),
      ...(isAnswered && this.#requestId !== null && { id: this.#requestId }),
      ...(whole.length > 0 && { whole: whole.map((section) => this.#whole(section)) }),
      ...(rows.length > 0 && { changes: rows }),
      ...(this.#countsSeq !== server.seq && { free: [[0, ...counts]] }),
    };
    if (isAnswered) this.#requestId = null;
    [this.#seq, this.#known, this.#countsSeq] = [server.seq, wanted, server.seq];
    return frame;
  }

  #rowsSince(section: number, since: number): unknown[][] {
    return this.#server.changedSince(since, section).map((index) => this.#row(index));
  }

  #row(index: number): unknown[] {
    const { now, seq } = this.#server;
    const [code, until] = this.#server.statesAt(seq)[index] ?? FREE;
    return until === null ? [index, code] : [index, code, until - now];
  }

  #whole(section: number): unknown[] {
    const { now, seq } = this.#server;
    const seats = this.#server.seatsOf(section);
    const states = seats.map((index) => this.#server.statesAt(seq)[index] ?? FREE);
    const locks = states.flatMap(([, until], place) =>
      until === null ? [] : [[seats[place], until - now]],
    );
    return [section, packed(states), ...(locks.length > 0 ? [locks] : [])];
  }
}

/** The server's end of a connection. */
export function subscriberOf(server: PartServer, { resumeFrom, sections }: FeedStart) {
  if (sections === null) throw new Error('It asked for the whole map');
  return new PartSubscriber(server, resumeFrom, sections);
}

export function wantedOf({ layout }: PartServer, ...sections: number[]) {
  return { layout, sections: new Set(sections) };
}

function packed(states: readonly WireState[]): string {
  const bytes = new Uint8Array(Math.ceil(states.length / SEATS_PER_BYTE));
  states.forEach(([code], place) => {
    const at = Math.floor(place / SEATS_PER_BYTE);
    bytes[at] = (bytes[at] ?? 0) | (code << ((place % SEATS_PER_BYTE) * 2));
  });
  return btoa(String.fromCharCode(...bytes));
}

function numbersIn(text: string): ReadonlySet<number> {
  return new Set(
    text.split(',').flatMap((run) => {
      if (run === '') return [];
      const [first = 0, last = first] = run.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, place) => first + place);
    }),
  );
}
