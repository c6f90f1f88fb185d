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

/** Single free seats beside the user's own, and ways to avoid them. */
export interface OrphanWarning {
  readonly orphans: readonly SeatFacts[];
  /** Whether the same number of seats fits there without an orphan, as the server counts it. */
  readonly isAvoidable: boolean;
  /** Lock them as well; null if that would exceed the cap. */
  readonly addSeats: Move | null;
  /** Shift all own seats of a party by one; null if that leaves an orphan too. */
  readonly shiftParty: Move | null;
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
  // A shift locks before it releases, so it needs one seat of the cap.
  const moves = remaining < 1 ? [] : blocks.flatMap((block) => shiftsIn(block, statusOf));
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

/** Each party shifted by one seat to either side, if that seat is free. */
function shiftsIn(block: Block, statusOf: StatusOf): Move[] {
  return partiesIn(block, statusOf).flatMap(({ start, end }) => {
    const [first, last] = [block[start], block[end - 1]];
    if (first === undefined || last === undefined) return [];
    return [
      { take: block[start - 1], release: [last] },
      { take: block[end], release: [first] },
    ].flatMap(({ take, release }) =>
      take !== undefined && isOrdinary(take) && statusOf(take.index) === 'available'
        ? { take: [take], release }
        : [],
    );
  });
}

/** Runs of own seats, as [start, end) positions in the block. */
function partiesIn(block: Block, statusOf: StatusOf) {
  const parties: { readonly start: number; end: number }[] = [];
  block.forEach(({ index }, place) => {
    if (statusOf(index) !== 'mine') return;
    const party = parties.at(-1);
    if (party?.end === place) party.end += 1;
    else parties.push({ start: place, end: place + 1 });
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
