import { describe, expect, it } from 'vitest';

import type { LiveSeat } from '@/domain/feed/protocol';
import { STATUSES } from '@/domain/feed/protocol';
import { liveAt } from '@/domain/seatMap/displayStatus';
import { numberingOf } from '@/domain/seatMap/numbering';
import { type SeatState, UNKNOWN } from '@/domain/seatMap/seats';
import { BEAT_MS, type FakeConnection, type FakePoll, makeFeed } from '@/testing/feedHarness';
import { MapUnderTest } from '@/testing/mapHarness';
import {
  PartServer,
  PartSubscriber,
  subscriberOf,
  wantedOf,
  type WireState,
} from '@/testing/partServer';
import { SeededRandom } from '@/testing/seededRandom';

const SEEDS = 100;
const STEPS = 80;

describe('whatever happens', () => {
  it.each(Array.from({ length: SEEDS / 10 }, (_, ten) => ten))(
    'seats of followed sections are as a snapshot has them, and the others unknown (%i)',
    (ten) => {
      for (let seed = 10 * ten; seed < 10 * ten + 10; seed++) new Sale(seed).run();
    },
  );
});

/** The server's end of a connection, with the frames under way. */
interface Line {
  readonly connection: FakeConnection;
  readonly subscriber: PartSubscriber;
  readonly frames: object[];
  read: number;
}

/** A client and its server under random changes, requests and losses. */
class Sale {
  readonly #random: SeededRandom;
  readonly #server = new PartServer(14);
  readonly #map = new MapUnderTest();
  readonly #client: ReturnType<typeof makeFeed>;
  #lines: Line[] = [];
  #wanted = [0];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#client = makeFeed({
      streamFallbackMs: 2_000,
      pollingFallbackMs: 4_000,
      wanted: wantedOf(this.#server, ...this.#wanted),
    });
  }

  run(): void {
    this.#load();
    this.#client.feed.start();
    for (let step = 0; step < STEPS; step++) {
      this.#step();
      this.#applyFrames();
      this.#check();
    }
    this.#settle();
  }

  #step(): void {
    const random = this.#random;
    switch (random.below(14)) {
      case 0:
      case 1:
        this.#commit();
        return;
      case 2:
      case 3:
        for (const { subscriber, frames } of this.#lines) push(frames, subscriber.changes());
        return;
      case 4:
        for (const { subscriber, frames } of this.#lines) push(frames, subscriber.everything());
        return;
      case 5:
        this.#want([0, 1, 2].filter(() => random.below(2) === 0));
        return;
      case 6:
        this.#readRequests();
        return;
      case 7:
        this.#advance(random.below(2 * BEAT_MS));
        return;
      case 8:
        if (this.#lines.length > 0) this.#lose(random.pick(this.#lines));
        return;
      case 9:
        if (this.#lines.length > 0) dropFirst(random.pick(this.#lines).frames);
        return;
      case 10:
        if (random.below(6) === 0) this.#server.changeLayout();
        return;
      case 11:
        this.#load();
        return;
      default:
        this.#connect();
        this.#answerPolls();
        this.#deliver(1 + random.below(3));
    }
  }

  #commit(): void {
    const draw = (limit: number) => this.#random.below(limit);
    const state = (): WireState => {
      const code = draw(4);
      return code === 1 ? [1, this.#server.now + 1_000 + draw(300_000)] : [code, null];
    };
    const seats = new Set([0, 1, 2].map(() => draw(this.#server.seatCount)));
    this.#server.commit([...seats].map((index) => [index, state()] as const));
  }

  #want(sections: readonly number[]): void {
    this.#wanted = [...sections];
    const layout = this.#map.state.factsLayout ?? '';
    this.#client.feed.want({ layout, sections: new Set(sections) });
  }

  /** As the page does when the layout of the last frame is another one. */
  #load(): void {
    const { factsLayout, liveLayout } = this.#map.state;
    const layout = liveLayout ?? this.#server.layout;
    if (layout !== this.#server.layout || factsLayout === layout) return;
    this.#map.do({ type: 'seatsLoaded', layout, facts: this.#server.facts() });
    this.#want(this.#wanted);
  }

  /** Let the server accept new connections, and notice those that were closed. */
  #connect(): void {
    this.#lines = this.#lines.filter(({ connection }) => !connection.isClosed);
    const known = new Set(this.#lines.map(({ connection }) => connection));
    for (const connection of [...this.#client.sockets, ...this.#client.streams]) {
      if (connection.isClosed || known.has(connection) || this.#gone.has(connection)) continue;
      const subscriber = subscriberOf(this.#server, connection);
      const frames = [subscriber.everything()];
      this.#lines.push({ connection, subscriber, frames, read: 0 });
    }
  }

  readonly #gone = new Set<FakeConnection>();

  #lose(line: Line): void {
    this.#lines = this.#lines.filter((one) => one !== line);
    this.#gone.add(line.connection);
    line.connection.drop(1006);
  }

  #readRequests(): void {
    for (const line of this.#lines) {
      const { sent } = line.connection;
      for (const text of sent.slice(line.read)) {
        const isRequest = text.includes('subscribe');
        line.subscriber.subscribe(text);
        if (isRequest) push(line.frames, line.subscriber.everything());
      }
      line.read = sent.length;
    }
  }

  readonly #answered = new Set<FakePoll>();

  #answerPolls(): void {
    for (const poll of this.#client.polls) {
      const { resumeFrom, sections, isCancelled } = poll;
      if (isCancelled || sections === null || this.#answered.has(poll)) continue;
      this.#answered.add(poll);
      const isSame = resumeFrom?.seq === this.#server.seq && sections.hasCounts;
      const hasTag = isSame && sections.added.size === 0;
      const subscriber = new PartSubscriber(this.#server, resumeFrom, sections);
      poll.answered(hasTag ? null : subscriber.everything());
    }
  }

  #deliver(count: number): void {
    for (const { connection, frames } of [...this.#lines]) {
      for (const frame of frames.splice(0, count)) connection.receive(frame);
    }
  }

  #advance(ms: number): void {
    this.#server.now += ms;
    this.#client.timers.advance(ms);
  }

  #applyFrames(): void {
    for (const frame of this.#client.frames.splice(0)) {
      this.#map.now = this.#server.now;
      this.#map.do({ type: 'frame', frame });
    }
  }

  #check(): void {
    const { followed, liveLayout, factsLayout, facts, seq } = this.#map.state;
    if (seq === null || liveLayout !== this.#server.layout || factsLayout !== liveLayout) return;
    const states = this.#server.statesAt(seq);
    const expected: SeatState[] = [];
    numberingOf(facts).sections.forEach(({ seatIndexes }, section) => {
      const isKnown = followed?.has(section) ?? true;
      for (const index of seatIndexes) {
        expected[index] = isKnown ? liveOf(states[index]) : UNKNOWN;
      }
    });
    expect(facts.map(({ index }) => liveAt(this.#map.state, index))).toEqual(expected);
  }

  /** Without losses everything becomes known, and the counts are right. */
  #settle(): void {
    for (let round = 0; round < 6; round++) {
      this.#advance(BEAT_MS);
      this.#connect();
      this.#readRequests();
      for (const { subscriber, frames } of this.#lines) push(frames, subscriber.everything());
      this.#answerPolls();
      this.#deliver(100);
      this.#applyFrames();
      this.#load();
    }
    this.#check();
    const { followed, free, seq } = this.#map.state;
    expect(seq).toBe(this.#server.seq);
    expect([...(followed ?? [])]).toEqual(expect.arrayContaining(this.#wanted));
    expect(free).toEqual(this.#server.free());
  }
}

function liveOf([code, lockedUntil]: WireState = [0, null]): LiveSeat {
  return { status: STATUSES[code] ?? 'available', lockedUntil, holder: null };
}

/** Frames that lead nowhere are not missed by their numbers, but only get lost with others. */
function dropFirst(frames: object[]): void {
  const frame = frames[0];
  if (frame !== undefined && 'from' in frame && 'seq' in frame && frame.from !== frame.seq) {
    frames.shift();
  }
}

function push(frames: object[], frame: object | null | undefined): void {
  if (frame != null) frames.push(frame);
}
