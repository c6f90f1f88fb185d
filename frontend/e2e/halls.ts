import type { EventSummary } from '../src/api/types';
import type { Api } from './fixtures';

const DAY_MS = 86_400_000;

interface PlanSeat {
  readonly seat_guid: string;
  readonly seat_number: string;
  readonly position: { readonly x: number; readonly y: number };
  readonly category: string;
  readonly features?: readonly string[];
  readonly companion_of?: string;
}

interface PlanRow {
  readonly row_number: string;
  readonly position: { readonly x: number; readonly y: number };
  readonly seats: readonly PlanSeat[];
  readonly table?: { readonly shape: 'round'; readonly width: number; readonly sold: 'whole' };
  readonly uuid?: string;
}

interface Category {
  readonly name: string;
  readonly color: string;
  readonly price: string;
}

/** Sold at one price in all categories. */
interface TicketType {
  readonly name: string;
  readonly price: string;
}

interface Terms {
  readonly ticketTypes?: readonly TicketType[];
  /** Of the event, by the names of the API. */
  readonly settings?: object;
}

/** A seating plan in pretix's format, all in one zone. */
export interface Hall {
  readonly size: { readonly width: number; readonly height: number };
  readonly categories: readonly Category[];
  readonly rows: readonly PlanRow[];
  readonly areas?: readonly object[];
}

/** A straight row of seats, 30 units apart, from a point to the right. */
export function rowOf(
  name: string,
  count: number,
  x: number,
  y: number,
  category: string,
): PlanRow {
  return {
    row_number: name,
    position: { x, y },
    seats: Array.from({ length: count }, (_, at) => ({
      seat_guid: `${name}-${at + 1}`,
      seat_number: String(at + 1),
      position: { x: 30 * at, y: 0 },
      category,
    })),
  };
}

/** A round table with eight chairs that is sold as a whole. */
export function tableOf(name: string, x: number, y: number, category: string): PlanRow {
  const CHAIRS = 8;
  return {
    row_number: name,
    uuid: `table-${name}`,
    position: { x, y },
    table: { shape: 'round', width: 60, sold: 'whole' },
    seats: Array.from({ length: CHAIRS }, (_, at) => ({
      seat_guid: `t${name}-${at + 1}`,
      seat_number: String(at + 1),
      position: {
        x: 45 * Math.cos((2 * Math.PI * at) / CHAIRS),
        y: 45 * Math.sin((2 * Math.PI * at) / CHAIRS),
      },
      category,
    })),
  };
}

/** As an organiser, put an event in a hall on sale. */
export async function openHall(
  api: Api,
  { categories, rows, areas = [], size }: Hall,
  { ticketTypes = [], settings }: Terms = {},
): Promise<EventSummary> {
  const name = crypto.randomUUID().slice(0, 8);
  const club = await api.post<{ id: number }>('organisations/', { name: `Hall ${name}` });
  const zone = { name: 'Hall', zone_id: 'hall', position: { x: 0, y: 0 }, rows, areas };
  const plan = await api.post<{ id: number }>(`organisations/${club.id}/plans/`, {
    name: `Plan ${name}`,
    size,
    categories: categories.map(({ name: word, color }) => ({ name: word, color })),
    zones: [zone],
  });
  const { id } = await api.post<{ id: number }>(`organisations/${club.id}/events/`, {
    name: `Show ${name}`,
    venue: 'The hall',
    date: new Date(Date.now() + DAY_MS).toISOString(),
    time_zone: 'Europe/Berlin',
    price: '20.00',
  });
  await api.post(`events/${id}/plan/`, { plan: plan.id, version: 1 });
  const path = `events/${id}/categories/`;
  const before = await api.get<{
    categories: { id: number; name: string; color: string }[];
    revision: number;
  }>(path);
  const priced = before.categories.map((category) => ({
    ...category,
    price: categories.find((each) => each.name === category.name)?.price ?? null,
  }));
  const { revision } = await api.put<{ revision: number }>(
    path,
    { categories: priced },
    before.revision,
  );
  if (ticketTypes.length > 0) {
    const types = ticketTypes.map((type) => ({
      name: type.name,
      prices: before.categories.map((category) => ({ category: category.id, price: type.price })),
    }));
    await api.put(`events/${id}/ticket-types/`, { ticket_types: types }, revision);
  }
  if (settings !== undefined) {
    const { revision: now } = await api.get<{ revision: number }>(`events/${id}/settings/`);
    await api.patch(`events/${id}/settings/`, settings, now);
  }
  await api.post(`events/${id}/publish/`);
  return api.get<EventSummary>(`events/${id}/`);
}
