// The transaction that locks a seat: the same rows, locks, checks and writes as Seatcast's. Each
// statement has a name, so each connection has it prepared.
export const LOCKED = 1;
const BLOCKED = 3;
const WORDS = ['available', 'locked', 'reserved', 'blocked'];

export const LOCK_EVENT = {
  name: 'lock-event',
  text: `SELECT id, price, change_seq, sales_open_at, sales_close_at, lock_seconds, seat_cap
         FROM reservations_event WHERE id = $1 FOR NO KEY UPDATE`,
};
// The clock is read here, once the event is locked.
const LOCK_SEAT = {
  name: 'lock-seat',
  text: `SELECT seat.id, seat.seat_number, seat.section, seat.row, seat.number, seat.x, seat.y,
           seat.category_id, coalesce(seat.price, category.price) AS price, seat.status,
           seat.locked_by_id, seat.locked_until, clock_timestamp() AS now,
           (SELECT count(*)::int FROM reservations_seat AS held
            WHERE held.event_id = $1 AND held.locked_by_id = $3 AND held.status = 1
              AND held.locked_until > clock_timestamp()) AS held
         FROM reservations_seat AS seat
         LEFT JOIN reservations_category AS category ON category.id = seat.category_id
         WHERE seat.event_id = $1 AND seat.id = $2 FOR NO KEY UPDATE OF seat`,
};
const WRITE_SEAT = {
  name: 'write-seat',
  text: `UPDATE reservations_seat SET status = 1, locked_by_id = $2, locked_until = $3,
           locked_at = $4, extensions = 0, lapsed_holder_id = NULL, reservation_id = NULL,
           version = $5
         WHERE id = $1`,
};
const WRITE_EVENT = {
  name: 'write-event',
  text: 'UPDATE reservations_event SET change_seq = $2 WHERE id = $1',
};
const WRITE_CHANGE = {
  name: 'write-change',
  text: `INSERT INTO reservations_seatchange
           (event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at)
         VALUES ($1, $2, $3, 1, $4, $5, 'locked', $4, $6)`,
};

export class Refusal extends Error {
  constructor(status, code, details = {}) {
    super(code);
    this.status = status;
    this.body = { code, ...details };
  }
}

export async function lockSeat(pool, { eventId, seatId, person, seatCap }) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const locked = await lockIn(client, { eventId, seatId, person, seatCap });
    await client.query('COMMIT');
    client.release();
    return locked;
  } catch (error) {
    // A connection that cannot even roll back is not given to the next one.
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken) => client.release(broken),
    );
    throw error;
  }
}

async function lockIn(client, { eventId, seatId, person, seatCap }) {
  const event = (await client.query({ ...LOCK_EVENT, values: [eventId] })).rows[0];
  if (!event) throw new Refusal(404, 'event_not_found');
  const seat = (await client.query({ ...LOCK_SEAT, values: [eventId, seatId, person.id] })).rows[0];
  if (!seat) throw new Refusal(404, 'seat_not_found');
  const { now } = seat;
  if (!mayLock(seat, event, person, { now, held: seat.held, seatCap })) {
    return { seat: record(seat, event, person) };
  }
  const seq = event.change_seq + 1;
  const until = lockedUntil(event, now);
  await client.query({ ...WRITE_SEAT, values: [seatId, person.id, until, now, seq] });
  await client.query({ ...WRITE_EVENT, values: [eventId, seq] });
  await client.query({ ...WRITE_CHANGE, values: [eventId, seq, seatId, person.id, until, now] });
  Object.assign(seat, { status: LOCKED, locked_until: until });
  const change = [seatId, LOCKED, until.getTime(), person.name];
  return {
    seat: record(seat, event, person),
    frame: { type: 'delta', from: seq - 1, seq, now: now.getTime(), changes: [change] },
  };
}

// Whether the person may lock the seat; false if they hold it already. Throws: Refusal.
export function mayLock(seat, event, person, { now, held, seatCap }) {
  if (event.sales_open_at && now < event.sales_open_at) throw new Refusal(409, 'sales_not_open');
  if (event.sales_close_at && now >= event.sales_close_at) throw new Refusal(409, 'sales_closed');
  const isLocked = seat.status === LOCKED && seat.locked_until > now;
  if (isLocked && seat.locked_by_id === person.id) return false;
  if (isLocked || (seat.status !== LOCKED && seat.status !== 0)) {
    const reason = seat.status === BLOCKED ? 'blocked' : WORDS[seat.status];
    const conflict = { seat_id: seat.id, seat_number: seat.seat_number, reason };
    throw new Refusal(409, 'seat_unavailable', { conflicts: [conflict] });
  }
  if (held >= (event.seat_cap ?? seatCap)) throw new Refusal(409, 'seat_limit');
  return true;
}

export function lockedUntil(event, now) {
  return new Date(now.getTime() + (event.lock_seconds ?? 600) * 1000);
}

export function record(seat, event, person) {
  return {
    id: seat.id,
    seat_number: seat.seat_number,
    section: seat.section,
    row: seat.row,
    number: seat.number,
    x: seat.x,
    y: seat.y,
    category: seat.category_id,
    price: seat.price ?? event.price,
    status: WORDS[seat.status],
    is_available: false,
    locked_by: person.name,
    locked_until: seat.locked_until.toISOString(),
    reserved_by: null,
  };
}
