import type {
  BeatFrame,
  DeltaFrame,
  SeatChange,
  SeatLock,
  ServerFrame,
  SnapshotFrame,
} from '@/domain/feed/protocol';
import { decodeStatuses, statusFromCode } from '@/domain/feed/statuses';

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Read one frame. Answers null for a type that this client does not know: a newer server may say
 * more than we understand.
 *
 * Throws ProtocolError when the text is not a frame of this protocol.
 */
export function parseFrame(text: string): ServerFrame | null {
  return frameOf(json(text));
}

/** The same of one that was JSON. Throws ProtocolError. */
export function frameOf(value: unknown): ServerFrame | null {
  const fields = objectOf(value);
  switch (fields['type']) {
    case 'snapshot':
      return snapshot(fields);
    case 'delta':
      return delta(fields);
    case 'beat':
      return beat(fields);
    default:
      stringOf(fields, 'type');
      return null;
  }
}

function snapshot(fields: Fields): SnapshotFrame {
  return {
    type: 'snapshot',
    event: integerOf(fields, 'event'),
    seq: integerOf(fields, 'seq'),
    now: numberOf(fields, 'now'),
    layout: stringOf(fields, 'layout'),
    statuses: statusesOf(stringOf(fields, 'statuses')),
    locks: listOf(fields, 'locks').map(lock),
  };
}

function delta(fields: Fields): DeltaFrame {
  return {
    type: 'delta',
    from: integerOf(fields, 'from'),
    seq: integerOf(fields, 'seq'),
    now: numberOf(fields, 'now'),
    changes: listOf(fields, 'changes').map(change),
  };
}

function beat(fields: Fields): BeatFrame {
  return {
    type: 'beat',
    seq: integerOf(fields, 'seq'),
    now: numberOf(fields, 'now'),
    viewers: integerOf(fields, 'viewers'),
  };
}

function lock(entry: unknown): SeatLock {
  const [index, lockedUntil, holder] = tuple(entry, 3);
  if (!isIndex(index) || typeof lockedUntil !== 'number' || !isName(holder)) {
    throw new ProtocolError(`not a lock: ${JSON.stringify(entry)}`);
  }
  return { index, lockedUntil, holder };
}

function change(entry: unknown): SeatChange {
  const [index, code, lockedUntil, holder] = tuple(entry, 4);
  if (!isIndex(index) || !isCode(code) || !isTime(lockedUntil) || !isName(holder)) {
    throw new ProtocolError(`not a seat change: ${JSON.stringify(entry)}`);
  }
  return { index, status: statusFromCode(code), lockedUntil, holder };
}

function statusesOf(base64: string) {
  try {
    return decodeStatuses(base64);
  } catch (cause) {
    throw new ProtocolError('statuses are not base64', { cause });
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('not JSON', { cause });
  }
}

function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError('not an object');
  }
  return value as Fields;
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new ProtocolError(`${name} is not a list`);
  return value;
}

function tuple(value: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw new ProtocolError(`not a list of ${length}: ${JSON.stringify(value)}`);
  }
  return value;
}

function stringOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new ProtocolError(`${name} is not a string`);
  return value;
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new ProtocolError(`${name} is not a number`);
  return value;
}

function integerOf(fields: Fields, name: string): number {
  const value = numberOf(fields, name);
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
