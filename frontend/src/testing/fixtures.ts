import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { SeatStatus } from '@/domain/feed/protocol';
import type { NamedSeat } from '@/domain/seatWords';

const FOLDER = resolve(import.meta.dirname, '../../../tests/fixtures');

interface FixtureLock {
  readonly index: number;
  readonly locked_until: number | null;
  readonly holder: string | null;
  /** Whether the seat is blocked when the lock ends; left out if not. */
  readonly is_kept?: boolean;
}

export interface FrameFixture<Decoded> {
  readonly seats?: number;
  readonly frame: object;
  readonly decoded: Decoded;
}

export interface SnapshotFixture {
  readonly event: number;
  readonly seq: number;
  readonly now: number;
  readonly layout: string;
  readonly statuses: readonly SeatStatus[];
  readonly locks: readonly FixtureLock[];
}

export interface DeltaFixture {
  readonly from: number;
  readonly seq: number;
  readonly now: number;
  readonly changes: readonly (FixtureLock & { readonly status: SeatStatus })[];
}

export interface PartFixture {
  readonly from: number;
  readonly seq: number;
  readonly now: number;
  readonly layout: null;
  readonly id: number;
  readonly whole: readonly {
    readonly section: number;
    readonly statuses: readonly SeatStatus[];
    readonly locks: readonly FixtureLock[];
  }[];
  readonly changes: readonly (FixtureLock & { readonly status: SeatStatus })[];
  readonly free: readonly { readonly pool: number; readonly free: number }[];
}

export interface PartsFixture {
  /** Of each seat. */
  readonly sections: readonly number[];
  readonly pools: readonly number[];
  /** By number of the request. */
  readonly wanted: Readonly<Record<string, readonly number[]>>;
  readonly frames: readonly [
    { readonly layout: string; readonly now: number },
    ...{ readonly now: number }[],
  ];
  readonly expected: {
    readonly seq: number;
    readonly sections: readonly number[];
    /** By index. */
    readonly seats: Readonly<Record<string, SeatStatus>>;
    readonly free: readonly number[];
  };
}

export interface ConvergenceFixture {
  readonly seats: number;
  readonly snapshot: { readonly now: number; readonly layout: string };
  readonly deltas: readonly { readonly now: number }[];
  readonly expected: {
    readonly seq: number;
    readonly statuses: readonly SeatStatus[];
    readonly locks: readonly FixtureLock[];
  };
  readonly shown_at: { readonly now: number; readonly statuses: readonly SeatStatus[] };
}

/** All error codes and reasons of the API. */
export interface ListedRefusals {
  readonly codes: readonly string[];
  readonly reasons: readonly string[];
}

/** Read a fixture shared with the server's tests. */
export function fixture(name: 'snapshot'): FrameFixture<SnapshotFixture>;
export function fixture(name: 'delta'): FrameFixture<DeltaFixture>;
export function fixture(name: 'part'): FrameFixture<PartFixture>;
export function fixture(name: 'parts'): PartsFixture;
export function fixture(name: 'beat' | 'seen' | 'subscribe'): FrameFixture<object>;
export function fixture(name: 'figures'): { readonly frame: { readonly sale: object } };
export function fixture(name: 'convergence'): ConvergenceFixture;
export function fixture(name: string): unknown {
  return parsed(`protocol/${name}.json`);
}

interface SeatWords {
  readonly en: string;
  readonly de: string;
}

/** Seats with their names in words. */
export function namedSeats() {
  return parsed('seat_words.json') as {
    readonly seats: readonly (SeatWords & { readonly seat: NamedSeat })[];
    readonly lists: readonly (SeatWords & { readonly seats: readonly NamedSeat[] })[];
  };
}

export function listedRefusals(): ListedRefusals {
  return parsed('refusals.json') as ListedRefusals;
}

/** Tickets that the server has signed. */
export interface SignedTickets {
  readonly public_keys: readonly [string, string];
  readonly signed_ticket: string;
  readonly ticket_code: string;
  readonly code_digest: string;
}

export function signedTickets(): SignedTickets {
  return parsed('tickets/signed.json') as SignedTickets;
}

function parsed(path: string): unknown {
  return JSON.parse(readFileSync(resolve(FOLDER, path), 'utf8')) as unknown;
}
