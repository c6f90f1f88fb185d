import { toApiError } from '@/api/apiError';
import { fetchDoorChanges, fetchDoorList, sendScans } from '@/api/doors';
import { fetchTicket } from '@/api/tickets';
import type { ListedSeat, ScanResult, TicketScan } from '@/api/types';
import { decide, type Decision, type TicketCrypto } from '@/domain/door/decide';
import {
  type DoorState,
  seatsEntered,
  withChanges,
  withEntry,
  withList,
  withoutSent,
  withoutEntries,
  withScan,
  withTold,
} from '@/domain/door/doorState';
import { deleteDoor, saveDoor } from '@/features/door/doorStore';

/** `signedOut`: it goes on without the server. `revoked`: everything on the device is deleted. */
export type Connection = 'online' | 'offline' | 'signedOut' | 'revoked';

export type Valid = Decision & { readonly kind: 'valid' };
export type Refused = Decision & { readonly kind: 'refused' };

export type Verdict =
  | { readonly kind: 'admitted'; readonly people: number; readonly seats: readonly ListedSeat[] }
  | {
      readonly kind: 'refusedByServer';
      readonly result: ScanResult;
      /** Those that had entered before. */
      readonly seats: readonly ListedSeat[];
    }
  | Refused;

/** A scan of this device that another door contradicts, told when it was sent. */
export interface Alarm {
  readonly scan: TicketScan;
  readonly result: ScanResult;
  /** Those that had entered before. */
  readonly seats: readonly ListedSeat[];
}

export interface DoorSnapshot {
  readonly state: DoorState;
  readonly connection: Connection;
  readonly alarms: readonly Alarm[];
}

/** How many scans one request takes, as the server's MAX_SCANS. */
const MAX_SCANS = 200;

const TICKET_TIMEOUT_MS = 2_500;

/** The refusals of a device that was blocked, or whose steward may not admit people any more. */
const LOST_CODES: ReadonlySet<string> = new Set([
  'door_revoked',
  'door_not_found',
  'permission_denied',
  'event_not_found',
]);

/** What one device does at the door of an event. */
export class DoorSession {
  #snapshot: DoorSnapshot;
  #saving: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | null = null;
  readonly #eventId: number;
  readonly #crypto: TicketCrypto;
  readonly #listeners = new Set<() => void>();

  constructor(eventId: number, state: DoorState, crypto: TicketCrypto) {
    this.#eventId = eventId;
    this.#crypto = crypto;
    this.#snapshot = { state, connection: 'offline', alarms: [] };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): DoorSnapshot => this.#snapshot;

  /** Decide by the list; before a refusal, ask the server if there is a network. */
  async check(code: string): Promise<Decision> {
    const decision = await decide(this.#state, code, this.#crypto);
    if (decision.kind === 'valid' || !this.#isOnline()) return decision;
    if (decision.reason === 'forged' || decision.reason === 'another_event') return decision;
    await this.sync();
    const again = await decide(this.#state, code, this.#crypto);
    if (again.kind === 'valid' || !this.#isOnline()) return again;
    return (await this.#askWhetherValid(code)) ?? again;
  }

  /** Let people in: by the server if it answers soon, else by this device, to be sent later. */
  async admit(code: string, valid: Valid, seatIds: readonly number[]): Promise<Verdict> {
    const scan = newScan(code, seatIds);
    if (this.#isOnline()) {
      const result = await this.#ask(scan);
      if (result !== null) return this.#verdictOf(result, scan, valid);
    }
    await this.#update((state) =>
      withScan(state, { ...scan, was_admitted: true }, valid.bookingId),
    );
    return admitted(valid, seatIds);
  }

  /** Record that people were sent away, so that organisers see wrong refusals. */
  async refuse(code: string, { reason }: Refused): Promise<void> {
    const scan = { ...newScan(code, []), was_admitted: false, reason };
    await this.#update((state) => withScan(state, scan, null));
  }

  /** Send what is unsent, and load what is new. One at a time; callers share it. */
  sync(): Promise<void> {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  dismissAlarm(alarm: Alarm): void {
    this.#set({ alarms: this.#snapshot.alarms.filter((one) => one !== alarm) });
  }

  #isOnline(): boolean {
    return this.#snapshot.connection === 'online';
  }

  get #state(): DoorState {
    return this.#snapshot.state;
  }

  async #sync(): Promise<void> {
    try {
      await this.#sendUnsent();
      const { doorId, lastEntry } = this.#state;
      const changes = await fetchDoorChanges(this.#eventId, doorId, lastEntry);
      if (changes.version === this.#state.list.version) {
        await this.#update((state) => withChanges(state, changes));
      } else {
        const list = await fetchDoorList(this.#eventId, doorId);
        await this.#update((state) => withList(state, list));
      }
      this.#set({ connection: 'online' });
    } catch (error) {
      await this.#lost(error);
    }
  }

  async #sendUnsent(): Promise<void> {
    while (this.#state.unsent.length > 0) {
      const scans = this.#state.unsent.slice(0, MAX_SCANS);
      const results = await sendScans(this.#eventId, this.#state.doorId, scans);
      this.#raiseAlarms(scans, results);
      const ids = new Set(scans.map(({ id }) => id));
      const wrong = new Set(results.filter(isInvalid).map(({ id }) => id));
      await this.#update((state) => withoutEntries(withoutSent(state, ids), wrong));
    }
  }

  #raiseAlarms(scans: readonly TicketScan[], results: readonly ScanResult[]): void {
    const byId = new Map(scans.map((scan) => [scan.id, scan]));
    const alarms = results.flatMap((result) => {
      const scan = byId.get(result.id);
      const isWrong = result.outcome === 'double' || result.outcome === 'invalid';
      return scan !== undefined && isWrong ? [{ scan, result, seats: this.#seatsOf(result) }] : [];
    });
    if (alarms.length > 0) this.#set({ alarms: [...this.#snapshot.alarms, ...alarms] });
  }

  /** Whom a ticket admits by the server, whatever this device believes; null: nobody. */
  async #askWhetherValid(code: string): Promise<Valid | null> {
    try {
      const { admits, reservation, seat } = await fetchTicket(
        code,
        AbortSignal.timeout(TICKET_TIMEOUT_MS),
      );
      if (!admits || reservation.event !== this.#eventId) return null;
      const left = reservation.seat_details
        .filter((each) => each.entry === null && (seat === null || each.seat_id === seat))
        .map((each) => ({ ...each, entered_at: null, gate: '' }));
      return { kind: 'valid', bookingId: reservation.id, left, people: left.length };
    } catch {
      return null;
    }
  }

  /** The server's answer to a scan; null if there is none in time. */
  async #ask(scan: TicketScan): Promise<ScanResult | null> {
    try {
      const [result] = await sendScans(this.#eventId, this.#state.doorId, [scan]);
      return result ?? null;
    } catch (error) {
      await this.#lost(error);
      return null;
    }
  }

  async #verdictOf(result: ScanResult, scan: TicketScan, valid: Valid): Promise<Verdict> {
    if (result.was_admitted) {
      await this.#update((state) => withEntry(state, scan, valid.bookingId));
      return admitted(valid, scan.seat_ids);
    }
    await this.#update((state) => withTold(state, result.entries));
    return { kind: 'refusedByServer', result, seats: this.#seatsOf(result) };
  }

  #seatsOf({ entries }: ScanResult): readonly ListedSeat[] {
    return seatsEntered(this.#state.list, entries);
  }

  async #lost(error: unknown): Promise<void> {
    const { code, isNotAuthenticated } = toApiError(error);
    if (LOST_CODES.has(code)) {
      this.#set({ connection: 'revoked' });
      await this.#saving;
      await deleteDoor(this.#eventId);
    } else {
      this.#set({ connection: isNotAuthenticated ? 'signedOut' : 'offline' });
    }
  }

  /** Change the state; resolves once it is stored, in the order of the changes. */
  async #update(change: (state: DoorState) => DoorState): Promise<void> {
    if (this.#snapshot.connection === 'revoked') return;
    const state = change(this.#state);
    this.#set({ state });
    this.#saving = this.#saving.then(() => saveDoor(this.#eventId, state));
    await this.#saving;
  }

  #set(changed: Partial<DoorSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    for (const listener of this.#listeners) listener();
  }
}

function newScan(ticket: string, seatIds: readonly number[]): TicketScan {
  return {
    id: crypto.randomUUID(),
    ticket,
    at: new Date().toISOString(),
    seat_ids: [...seatIds],
    was_admitted: null,
    reason: '',
  };
}

function admitted(valid: Valid, seatIds: readonly number[]): Verdict {
  const entered = valid.left.filter(({ seat_id }) => seatIds.includes(seat_id));
  return {
    kind: 'admitted',
    people: valid.left.length === 0 ? valid.people : entered.length,
    seats: entered,
  };
}

/** Whether the server found that the ticket admits nobody, so that nobody has entered by it. */
function isInvalid({ outcome }: ScanResult): boolean {
  return outcome === 'invalid';
}
