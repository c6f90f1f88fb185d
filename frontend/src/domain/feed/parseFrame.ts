import {
  type BeatFrame,
  type DeltaFrame,
  type PartFrame,
  type PoolFree,
  type SeatChange,
  type SeatLock,
  type SeatStatus,
  type ServerFrame,
  type SnapshotFrame,
  STATUSES,
  type WholeSection,
} from '@/domain/feed/protocol';

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Parse one frame. Returns null for an unknown type, which a newer server may send.
 *
 * Throws ProtocolError for anything that is not a frame of this protocol.
 */
export function parseFrame(text: string): ServerFrame | null {
  return decodeFrame(parseJson(text));
}

/** Like `parseFrame`, for parsed JSON. Throws ProtocolError. */
export function decodeFrame(value: unknown): ServerFrame | null {
  const fields = requireObject(value);
  switch (fields['type']) {
    case 'snapshot':
      return parseSnapshot(fields);
    case 'delta':
      return parseDelta(fields);
    case 'part':
      return parsePart(fields);
    case 'beat':
      return parseBeat(fields);
    default:
      requireString(fields, 'type');
      return null;
  }
}

function parseSnapshot(fields: Fields): SnapshotFrame {
  const kept = parseKept(fields);
  return {
    type: 'snapshot',
    event: requireInteger(fields, 'event'),
    seq: requireInteger(fields, 'seq'),
    now: requireNumber(fields, 'now'),
    layout: requireString(fields, 'layout'),
    statuses: parseStatuses(requireString(fields, 'statuses')),
    locks: requireList(fields, 'locks').map((entry) => parseLock(entry, kept)),
  };
}

function parseDelta(fields: Fields): DeltaFrame {
  const kept = parseKept(fields);
  return {
    type: 'delta',
    from: requireInteger(fields, 'from'),
    seq: requireInteger(fields, 'seq'),
    now: requireNumber(fields, 'now'),
    changes: requireList(fields, 'changes').map((entry) => parseChange(entry, kept)),
  };
}

function parsePart(fields: Fields): PartFrame {
  const now = requireNumber(fields, 'now');
  const startsOver = fields['from'] === null;
  return {
    type: 'part',
    from: startsOver ? null : requireInteger(fields, 'from'),
    seq: requireInteger(fields, 'seq'),
    now,
    layout: startsOver ? requireString(fields, 'layout') : null,
    id: 'id' in fields ? requireInteger(fields, 'id') : null,
    whole: listIn(fields, 'whole').map((row) => parseWhole(row, now)),
    changes: listIn(fields, 'changes').map((row) => parsePartChange(row, now)),
    free: listIn(fields, 'free').flatMap(parseFree),
  };
}

function parseWhole(row: unknown, now: number): WholeSection {
  const [section, statuses, locks = []] = Array.isArray(row) ? (row as unknown[]) : [];
  if (!isIndex(section) || typeof statuses !== 'string' || !Array.isArray(locks)) {
    throw new ProtocolError(`not a section: ${JSON.stringify(row)}`);
  }
  return {
    section,
    statuses: parseStatuses(statuses),
    locks: locks.map((lock) => parseTimeLeft(lock, now)),
  };
}

/** A lock with its time left at `now`. */
function parseTimeLeft(row: unknown, now: number): SeatLock {
  const [index, leftMs, holder = null, kept] = Array.isArray(row) ? (row as unknown[]) : [];
  if (!isIndex(index) || typeof leftMs !== 'number' || !isName(holder)) {
    throw new ProtocolError(`not a lock: ${JSON.stringify(row)}`);
  }
  return { index, lockedUntil: now + leftMs, holder, ...(kept === true && { isKept: true }) };
}

function parsePartChange(row: unknown, now: number): SeatChange {
  const fields = Array.isArray(row) ? (row as unknown[]) : [];
  const [index, code, leftMs = null, holder = null, kept] = fields;
  if (!isIndex(index) || !isCode(code) || !isTime(leftMs) || !isName(holder)) {
    throw new ProtocolError(`not a seat change: ${JSON.stringify(row)}`);
  }
  const lockedUntil = leftMs === null ? null : now + leftMs;
  const isKept = kept === true && { isKept: true };
  return { index, status: statusFromCode(code), lockedUntil, holder, ...isKept };
}

/** Pools that follow each other. */
function parseFree(row: unknown): PoolFree[] {
  const [first, ...counts] = Array.isArray(row) ? (row as unknown[]) : [];
  if (!isIndex(first) || !counts.every(isIndex)) {
    throw new ProtocolError(`not counts: ${JSON.stringify(row)}`);
  }
  return counts.map((free, place) => ({ pool: first + place, free }));
}

function parseBeat(fields: Fields): BeatFrame {
  return {
    type: 'beat',
    seq: requireInteger(fields, 'seq'),
    now: requireNumber(fields, 'now'),
    viewers: requireInteger(fields, 'viewers'),
    revision: requireInteger(fields, 'revision'),
    next: requireInteger(fields, 'next'),
  };
}

/** The indexes of the locks that leave their seats blocked; most frames have none. */
function parseKept(fields: Fields): ReadonlySet<unknown> {
  return new Set('kept' in fields ? requireList(fields, 'kept') : []);
}

function parseLock(entry: unknown, kept: ReadonlySet<unknown>): SeatLock {
  const [index, lockedUntil, holder] = requireTuple(entry, 3);
  if (!isIndex(index) || typeof lockedUntil !== 'number' || !isName(holder)) {
    throw new ProtocolError(`not a lock: ${JSON.stringify(entry)}`);
  }
  return { index, lockedUntil, holder, ...(kept.has(index) && { isKept: true }) };
}

function parseChange(entry: unknown, kept: ReadonlySet<unknown>): SeatChange {
  const [index, code, lockedUntil, holder] = requireTuple(entry, 4);
  if (!isIndex(index) || !isCode(code) || !isTime(lockedUntil) || !isName(holder)) {
    throw new ProtocolError(`not a seat change: ${JSON.stringify(entry)}`);
  }
  const isKept = kept.has(index) && { isKept: true };
  return { index, status: statusFromCode(code), lockedUntil, holder, ...isKept };
}

function parseStatuses(base64: string) {
  try {
    return decodeStatuses(base64);
  } catch (cause) {
    throw new ProtocolError('statuses are not base64', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('not JSON', { cause });
  }
}

function requireObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError('not an object');
  }
  return value as Fields;
}

function requireList(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new ProtocolError(`${name} is not a list`);
  return value;
}

/** An empty field is left out. */
function listIn(fields: Fields, name: string): readonly unknown[] {
  return name in fields ? requireList(fields, name) : [];
}

function requireTuple(value: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw new ProtocolError(`not a list of ${length}: ${JSON.stringify(value)}`);
  }
  return value;
}

function requireString(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new ProtocolError(`${name} is not a string`);
  return value;
}

function requireNumber(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new ProtocolError(`${name} is not a number`);
  return value;
}

function requireInteger(fields: Fields, name: string): number {
  const value = requireNumber(fields, name);
  if (!Number.isSafeInteger(value)) throw new ProtocolError(`${name} is not a whole number`);
  return value;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCode(value: unknown): value is number {
  return value === 0 || value === 1 || value === 2 || value === 3;
}

function isTime(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

function isName(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

const SEATS_PER_BYTE = 4;
const CODE_BITS = 2;
const CODE_MASK = 0b11;

/** Decode base64 of 2-bit codes, four seats a byte, first seat in the lowest bits. */
export function decodeStatuses(base64: string): SeatStatus[] {
  const bytes = atob(base64);
  const statuses = new Array<SeatStatus>(bytes.length * SEATS_PER_BYTE);
  for (let index = 0; index < statuses.length; index++) {
    const byte = bytes.charCodeAt(Math.floor(index / SEATS_PER_BYTE));
    const code = (byte >> ((index % SEATS_PER_BYTE) * CODE_BITS)) & CODE_MASK;
    statuses[index] = statusFromCode(code);
  }
  return statuses;
}

function statusFromCode(code: number): SeatStatus {
  const status = STATUSES[code];
  if (status === undefined) throw new RangeError(`${code} is no seat status`);
  return status;
}
