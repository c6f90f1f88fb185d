import { ACCESSIBLE } from '@/domain/seatMap/features';
import type { MapSeat, SeatFacts, DisplayStatus } from '@/domain/seatMap/seats';
import { type Block, blocksOf, type Section } from '@/domain/seatMap/sections';

/** Status by seat index. */
export type StatusOf = (index: number) => DisplayStatus;

/** Seats to lock, and seats to release in exchange. */
export interface Move {
  readonly take: readonly SeatFacts[];
  readonly release: readonly SeatFacts[];
}

/** A move of a party to contiguous seats. */
export interface Shift extends Move {
  /** All seats of the party after it. */
  readonly party: readonly SeatFacts[];
}

/** Own seats with at most this many other seats between them belong to one party. */
const MAX_GAP = 2;

/** Single free seats beside the user's own, and ways to avoid them. */
export interface OrphanWarning {
  readonly orphans: readonly SeatFacts[];
  /** Whether the same number of seats fits there without an orphan, as the server counts it. */
  readonly isAvoidable: boolean;
  /** Lock them as well; null if that would exceed the cap. */
  readonly addSeats: Move | null;
  /**
   * Move a party together: to as many contiguous seats, at most one seat beyond those that it has.
   * Null if that leaves an orphan too, or would exceed the cap.
   */
  readonly shiftParty: Shift | null;
}

/**
 * Find seats that the user's own seats leave single; null if there are none. `remaining` is how
 * many more seats the user may hold.
 */
export function findOrphans(
  sections: readonly Section[],
  seats: readonly MapSeat[],
  mine: readonly SeatFacts[],
  remaining: number,
): OrphanWarning | null {
  const statusOf: StatusOf = (index) => seats[index]?.status ?? 'blocked';
  const blocks = blocksAround(sections, mine);
  const orphans = blocks.flatMap((block) => orphansIn(block, statusOf));
  if (orphans.length === 0) return null;
  const leavesNobodyAlone = (move: Move) =>
    blocks.every((block) => orphansIn(block, after(move, statusOf)).length === 0);
  // A shift locks before it releases.
  const moves = blocks
    .flatMap((block) => shiftsIn(block, statusOf))
    .filter(({ take }) => take.length <= remaining);
  return {
    orphans,
    isAvoidable: blocks.some((block) =>
      orphansIn(block, statusOf).some((orphan) => leftAround(block, orphan, statusOf) > 1),
    ),
    addSeats: orphans.length <= remaining ? { take: orphans, release: [] } : null,
    shiftParty: moves.find(leavesNobodyAlone) ?? null,
  };
}

/**
 * Free seats of a block that are next to an own seat, and have no free seat on either side. A seat
 * that was single before has no own seat beside it.
 */
function orphansIn(block: Block, statusOf: StatusOf): SeatFacts[] {
  const statuses = block.map(({ index }) => statusOf(index));
  return block.filter((_, place) => {
    const beside = [statuses[place - 1], statuses[place + 1]];
    return (
      statuses[place] === 'available' &&
      isOrdinary(block[place]) &&
      !beside.includes('available') &&
      beside.includes('mine')
    );
  });
}

/**
 * Accessible and companion seats are left to those who need them, and around a table nobody sits
 * alone.
 */
function isOrdinary(seat: SeatFacts | undefined): boolean {
  return seat?.companionOf === null && seat.group === '' && (seat.features & ACCESSIBLE) === 0;
}

/**
 * How many seats are left of those that the user could have chosen around an orphan. If that is
 * more than one, the own seats fit at one end, and the others stay together.
 */
function leftAround(block: Block, orphan: SeatFacts, statusOf: StatusOf): number {
  const place = block.indexOf(orphan);
  const isChoice = (seat: SeatFacts) =>
    isOrdinary(seat) &&
    seat.categoryId === orphan.categoryId &&
    ['available', 'mine'].includes(statusOf(seat.index));
  const run = [
    orphan,
    ...takenWhile(block.slice(0, place).toReversed(), isChoice),
    ...takenWhile(block.slice(place + 1), isChoice),
  ];
  return run.filter(({ index }) => statusOf(index) === 'available').length;
}

function takenWhile(
  seats: readonly SeatFacts[],
  isWanted: (seat: SeatFacts) => boolean,
): readonly SeatFacts[] {
  const end = seats.findIndex((seat) => !isWanted(seat));
  return end < 0 ? seats : seats.slice(0, end);
}

/** The statuses after a move. */
export function after({ take, release }: Move, statusOf: StatusOf): StatusOf {
  const taken = new Set(take.map(({ index }) => index));
  const released = new Set(release.map(({ index }) => index));
  return (index) => {
    if (taken.has(index)) return 'mine';
    return released.has(index) ? 'available' : statusOf(index);
  };
}

/** The contiguous seats that each party can move to, those that move the fewest seats first. */
function shiftsIn(block: Block, statusOf: StatusOf): Shift[] {
  const shifts: (Shift & { readonly isOutside: boolean })[] = [];
  for (const { start, end, own } of partiesIn(block, statusOf)) {
    for (let first = start - 1; first + own.length <= end + 1; first++) {
      const party = block.slice(Math.max(first, 0), first + own.length);
      const take = party.filter((seat) => !own.includes(seat));
      const release = own.filter((seat) => !party.includes(seat));
      const isOutside = first < start || first + own.length > end;
      if (party.length === own.length && take.length > 0 && take.every(isFree)) {
        shifts.push({ party, take, release, isOutside });
      }
    }
  }
  return shifts.toSorted(
    (a, b) => a.take.length - b.take.length || Number(a.isOutside) - Number(b.isOutside),
  );

  function isFree(seat: SeatFacts): boolean {
    return isOrdinary(seat) && statusOf(seat.index) === 'available';
  }
}

interface Party {
  /** Positions in the block: of its first seat, and behind its last. */
  readonly start: number;
  end: number;
  readonly own: SeatFacts[];
}

function partiesIn(block: Block, statusOf: StatusOf): Party[] {
  const parties: Party[] = [];
  block.forEach((seat, place) => {
    if (statusOf(seat.index) !== 'mine') return;
    const party = parties.at(-1);
    if (party !== undefined && place - party.end <= MAX_GAP) {
      party.end = place + 1;
      party.own.push(seat);
    } else {
      parties.push({ start: place, end: place + 1, own: [seat] });
    }
  });
  return parties;
}

function blocksAround(sections: readonly Section[], mine: readonly SeatFacts[]): Block[] {
  const names = new Set(mine.map(({ section }) => section));
  const own = new Set(mine.map(({ index }) => index));
  return sections
    .filter(({ name }) => names.has(name))
    .flatMap(blocksOf)
    .filter((block) => block.some(({ index }) => own.has(index)));
}
