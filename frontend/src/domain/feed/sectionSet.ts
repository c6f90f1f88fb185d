export type SectionSet = ReadonlySet<number>;

/** The sections that a feed should bring, by the numbers of `layout`. */
export interface WantedSections {
  readonly layout: string;
  readonly sections: SectionSet;
}

export const NO_SECTIONS: SectionSet = new Set();

/** So that a request has less than the 1,024 characters that a server reads. */
const MAX_RUNS = 60;

/** The sections as the protocol names them, such as `3,7-12`. */
export function sectionsText(sections: SectionSet): string {
  return runsOf(sections)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join();
}

/** Whether `sectionsText` is short enough to be sent. */
export function canBeNamed(sections: SectionSet): boolean {
  return runsOf(sections).length <= MAX_RUNS;
}

/** Return the sections, or all between the first and the last if they cannot be named. */
export function nameable(sections: SectionSet): SectionSet {
  if (canBeNamed(sections)) return sections;
  const [first, last] = [Math.min(...sections), Math.max(...sections)];
  return new Set(Array.from({ length: last - first + 1 }, (_, place) => first + place));
}

export function isSubset(some: SectionSet, others: SectionSet): boolean {
  for (const section of some) if (!others.has(section)) return false;
  return true;
}

export function isSameSet(some: SectionSet, others: SectionSet): boolean {
  return some.size === others.size && isSubset(some, others);
}

export function intersection(some: SectionSet, others: SectionSet): SectionSet {
  return new Set([...some].filter((section) => others.has(section)));
}

export function difference(some: SectionSet, others: SectionSet): SectionSet {
  return new Set([...some].filter((section) => !others.has(section)));
}

function runsOf(sections: SectionSet): (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const section of [...sections].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === section - 1) run[1] = section;
    else runs.push([section, section]);
  }
  return runs;
}
