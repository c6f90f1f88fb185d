import { createStore, del, get, set } from 'idb-keyval';

import type { DoorState } from '@/domain/door/doorState';

/** Of the form in which the state is stored. */
const VERSION = 1;

const store = createStore('seatcast-door', 'events');

interface Stored {
  readonly version: number;
  readonly state: DoorState;
}

/** The state of this device at an event's door; null if it is not set up. */
export async function loadDoor(eventId: number): Promise<DoorState | null> {
  const stored = await get<Stored>(eventId, store);
  return stored?.version === VERSION ? stored.state : null;
}

/** Resolves once the state is stored. */
export async function saveDoor(eventId: number, state: DoorState): Promise<void> {
  await set(eventId, { version: VERSION, state } satisfies Stored, store);
}

export async function deleteDoor(eventId: number): Promise<void> {
  await del(eventId, store);
}
