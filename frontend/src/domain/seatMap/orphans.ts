import type { MapSeat, SeatFacts, DisplayStatus } from '@/domain/seatMap/seats';
import { type Block, blocksOf, type Section } from '@/domain/seatMap/sections';

/** How a seat stands, by its index. */
export type StatusOf = (index: number) => DisplayStatus;

/** The seats of one move: those to take, and those to let go of for them. */
export interface Move {
  readonly take: readonly SeatFacts[];
  readonly release: readonly SeatFacts[];
}

/** Seats that nobody will want to buy alone, and what the person beside them could do about it. */
export interface OrphanWarning {
  readonly orphans: readonly SeatFacts[];
  /** All of them as well; null when that is more than the person may hold. */
  readonly addSeats: Move | null;
  /** The party one seat along; null when somebody would be alone still. */
  readonly shiftParty: Move | null;
}

/**
 * What the person's own seats do to those beside them: null when they leave none alone. `spare` is
 * how many more seats the person may hold.
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
  // Seats are taken before others are let go of, and that must not be one too many.
  const moves = remaining < 1 ? [] : blocks.flatMap((block) => shiftsIn(block, statusOf));
  return {
    orphans,
    addSeats: orphans.length <= remaining ? { take: orphans, release: [] } : null,
    shiftParty: moves.find(leavesNobodyAlone) ?? null,
  };
}

/**
 * The free seats of a block that have a seat of this person's on one side, and on the other nobody
 * to come: somebody else, an end, or this person again. One that would be alone anyway is not the
 * person's doing: it has none of theirs beside it.
 */
function orphansIn(block: Block, statusOf: StatusOf): SeatFacts[] {
  const statuses = block.map(({ index }) => statusOf(index));
  return block.filter((_, place) => {
    const beside = [statuses[place - 1], statuses[place + 1]];
    return (
      statuses[place] === 'available' && !beside.includes('available') && beside.includes('mine')
    );
  });
}

/** How the seats would stand. */
export function after({ take, release }: Move, statusOf: StatusOf): StatusOf {
  const taken = new Set(take.map(({ index }) => index));
  const released = new Set(release.map(({ index }) => index));
  return (index) => {
    if (taken.has(index)) return 'mine';
    return released.has(index) ? 'available' : statusOf(index);
  };
}

/** Each party of a block one seat to either side, where that seat is free. */
function shiftsIn(block: Block, statusOf: StatusOf): Move[] {
  return partiesIn(block, statusOf).flatMap(({ start, end }) => {
    const [first, last] = [block[start], block[end - 1]];
    if (first === undefined || last === undefined) return [];
    return [
      { take: block[start - 1], release: [last] },
      { take: block[end], release: [first] },
    ].flatMap(({ take, release }) =>
      take !== undefined && statusOf(take.index) === 'available' ? { take: [take], release } : [],
    );
  });
}

/** The places, from start to before end, where the person's own seats follow each other. */
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
