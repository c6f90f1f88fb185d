import { get, post, put, send } from '@/api/client';
import type { Doors, DoorChanges, DoorList, ScanResult, TicketScan } from '@/api/types';

/** Somebody waits at the door: the device decides by itself if the answer takes longer. */
const SCAN_TIMEOUT_MS = 2_500;

function pathOf(eventId: number, doorId: string) {
  return `events/${eventId}/doors/${doorId}/` as const;
}

export async function registerDoor(eventId: number, doorId: string, name: string): Promise<void> {
  await put(pathOf(eventId, doorId), { name });
}

export async function fetchDoorList(eventId: number, doorId: string): Promise<DoorList> {
  return (await get(`${pathOf(eventId, doorId)}list/`)).body;
}

export async function fetchDoorChanges(
  eventId: number,
  doorId: string,
  after: number,
): Promise<DoorChanges> {
  return (await get(`${pathOf(eventId, doorId)}changes/`, { query: { after } })).body;
}

/** Send scans; each is recorded once, however often it is sent. */
export async function sendScans(
  eventId: number,
  doorId: string,
  scans: readonly TicketScan[],
): Promise<readonly ScanResult[]> {
  const body = { sent_at: new Date().toISOString(), scans };
  const { body: answer } = await send<{ results: ScanResult[] }>({
    method: 'post',
    url: `${pathOf(eventId, doorId)}scans/`,
    body,
    ...(scans.length === 1 && { timeoutMs: SCAN_TIMEOUT_MS }),
  });
  return answer.results;
}

export async function fetchDoors(eventId: number, signal: AbortSignal): Promise<Doors> {
  return (await get(`events/${eventId}/doors/`, { signal })).body;
}

export async function revokeDoor(eventId: number, doorId: string): Promise<void> {
  await post(`${pathOf(eventId, doorId)}revoke/`);
}
