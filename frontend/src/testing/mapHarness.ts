import type { Seat } from '@/api/types';
import type { ResolvedPart, SeatChange, SeatLock, SeatStatus } from '@/domain/feed/protocol';
import { reduceSeatMap } from '@/domain/seatMap/reducer';
import { liveOf, type MapSeat } from '@/domain/seatMap/seats';
import {
  emptySeatMap,
  type PendingCommand,
  type SeatMapAction,
  type SeatMapState,
} from '@/domain/seatMap/state';
import { LAYOUT, factsOf, makeSeats } from '@/testing/factories';

export const START = 1_767_225_600_000;
export const DEADLINE = START + 300_000;
const FIRST_SEQ = 10;

/** Applies actions to a state, at a time that the test sets. */
export class MapUnderTest {
  state: SeatMapState = emptySeatMap;
  now = START;

  static withSeats(count: number): MapUnderTest {
    const map = new MapUnderTest();
    map.load(makeSeats(count));
    map.snapshot(Array.from({ length: count }, () => 'available'));
    return map;
  }

  do(action: SeatMapAction): void {
    this.state = reduceSeatMap(this.state, action, this.now);
  }

  snapshot(
    statuses: readonly SeatStatus[],
    layout = LAYOUT,
    seq = FIRST_SEQ,
    locks: readonly SeatLock[] = [],
  ): void {
    this.do({
      type: 'frame',
      frame: { type: 'snapshot', event: 7, seq, now: this.now, layout, statuses, locks },
    });
  }

  delta(...changes: readonly SeatChange[]): void {
    const from = this.state.seq ?? 0;
    this.do({
      type: 'frame',
      frame: { type: 'delta', from, seq: from + 1, now: this.now, changes },
    });
  }

  part(fields: Partial<Omit<ResolvedPart, 'sections'>> & Pick<ResolvedPart, 'sections'>): void {
    const from = this.state.seq ?? 0;
    const empty = { layout: null, id: null, whole: [], changes: [], free: [] };
    this.do({
      type: 'frame',
      frame: { type: 'part', from, seq: from + 1, now: this.now, ...empty, ...fields },
    });
  }

  beat(): void {
    const seq = this.state.seq ?? 0;
    this.do({
      type: 'frame',
      frame: { type: 'beat', seq, now: this.now, viewers: 5, revision: 1, next: 1_000 },
    });
  }

  load(seats: readonly Seat[], layout = LAYOUT): void {
    this.do({ type: 'seatsLoaded', layout, facts: seats.map(factsOf) });
    this.do({ type: 'seatsListed', layout, live: seats.map(liveOf) });
  }

  start(kind: PendingCommand['kind'], ...seatIds: number[]): void {
    this.do({ type: 'commandStarted', kind, seatIds });
  }

  held(seatId: number, until = DEADLINE, extensionsLeft = 2): void {
    const locks = [{ seatId, until, extensionsLeft }];
    this.do({ type: 'commandSettled', seatIds: [seatId], outcome: { kind: 'held', locks } });
  }

  settled(kind: 'released' | 'reserved' | 'refused', ...seatIds: number[]): void {
    this.do({ type: 'commandSettled', seatIds, outcome: { kind } });
  }

  /** Lock a seat and let the feed confirm it. */
  lockAndSee(index: number): number {
    const seatId = this.seat(index).facts.id;
    this.start('lock', seatId);
    this.held(seatId);
    this.delta(locked(index));
    return seatId;
  }

  seat(index: number): MapSeat {
    const seat = this.state.seats[index];
    if (seat === undefined) throw new Error(`There is no seat ${index}`);
    return seat;
  }

  statuses(): string[] {
    return this.state.seats.map(({ status }) => status);
  }
}

export function locked(
  index: number,
  lockedUntil = DEADLINE,
  holder: string | null = 'alice',
): SeatChange {
  return { index, status: 'locked', lockedUntil, holder };
}

export function changed(index: number, status: SeatStatus): SeatChange {
  return { index, status, lockedUntil: null, holder: null };
}
