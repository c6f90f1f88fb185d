// The same locks with group commit: requests for an event that arrive during a transaction are
// decided and committed together by the next one. One transaction at a time per event and process.
import { LOCK_EVENT, LOCKED, lockedUntil, mayLock, record, Refusal } from './locking.js';

const MAX_BATCH = 256;

// A row for each request, as several may want one seat. The clock is read here, once the event is
// locked.
const LOCK_SEATS = {
  name: 'lock-seats',
  text: `SELECT seat.id, seat.seat_number, seat.section, seat.row, seat.number, seat.x, seat.y,
           seat.category_id, coalesce(seat.price, category.price) AS price, seat.status,
           seat.locked_by_id, seat.locked_until, clock_timestamp() AS now, wanted.person,
           (SELECT count(*)::int FROM reservations_seat AS held
            WHERE held.event_id = $1 AND held.locked_by_id = wanted.person AND held.status = 1
              AND held.locked_until > clock_timestamp()) AS held
         FROM unnest($2::bigint[], $3::bigint[]) AS wanted (seat, person)
         JOIN reservations_seat AS seat ON seat.id = wanted.seat AND seat.event_id = $1
         LEFT JOIN reservations_category AS category ON category.id = seat.category_id
         ORDER BY seat.id FOR NO KEY UPDATE OF seat`,
};
const WRITE = {
  name: 'write-batch',
  text: `WITH new AS (
           SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS new (id, person, seq)
         ), seats AS (
           UPDATE reservations_seat AS seat SET status = 1, locked_by_id = new.person,
             locked_until = $5::timestamptz, locked_at = $6::timestamptz, extensions = 0,
             lapsed_holder_id = NULL, reservation_id = NULL, version = new.seq
           FROM new WHERE seat.id = new.id
         ), log AS (
           INSERT INTO reservations_seatchange
             (event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at)
           SELECT $1::bigint, seq, id, 1, person, $5::timestamptz, 'locked', person, $6::timestamptz
           FROM new
         )
         UPDATE reservations_event SET change_seq = $7 WHERE id = $1`,
};

// Returns a function like `lockSeat`. `publish` gets one frame for each commit that changed seats.
export function groupCommit(pool, publish) {
  const queues = new Map();

  function lock(request) {
    return new Promise((resolve, reject) => {
      const item = { ...request, resolve, reject };
      const queue = queues.get(request.eventId);
      if (queue) {
        queue.push(item);
      } else {
        queues.set(request.eventId, [item]);
        void run(request.eventId);
      }
    });
  }

  async function run(eventId) {
    const queue = queues.get(eventId);
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_BATCH);
      try {
        const { results, frame } = await commit(pool, eventId, batch);
        batch.forEach((item, place) => {
          const result = results[place];
          if (result instanceof Refusal) item.reject(result);
          else item.resolve({ seat: result });
        });
        if (frame) publish(eventId, frame);
      } catch (error) {
        for (const item of batch) item.reject(error);
      }
    }
    queues.delete(eventId);
  }

  return lock;
}

async function commit(pool, eventId, batch) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const decided = await decideAndWrite(client, eventId, batch);
    await client.query('COMMIT');
    client.release();
    return decided;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken) => client.release(broken),
    );
    throw error;
  }
}

async function decideAndWrite(client, eventId, batch) {
  const event = (await client.query({ ...LOCK_EVENT, values: [eventId] })).rows[0];
  if (!event) throw new Refusal(404, 'event_not_found');
  const wanted = [batch.map((item) => item.seatId), batch.map((item) => item.person.id)];
  const { rows } = await client.query({ ...LOCK_SEATS, values: [eventId, ...wanted] });
  const seats = new Map(rows.map((row) => [row.id, row]));
  const held = new Map(rows.map((row) => [row.person, row.held]));
  const changed = [];
  const now = rows[0]?.now;
  const until = now && lockedUntil(event, now);
  const results = batch.map(({ seatId, person, seatCap }) => {
    const seat = seats.get(seatId);
    if (!seat) return new Refusal(404, 'seat_not_found');
    try {
      if (mayLock(seat, event, person, { now, held: held.get(person.id), seatCap })) {
        Object.assign(seat, { status: LOCKED, locked_by_id: person.id, locked_until: until });
        held.set(person.id, held.get(person.id) + 1);
        changed.push({ seatId, person, seq: event.change_seq + changed.length + 1 });
      }
      return record(seat, event, person);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
  if (changed.length === 0) return { results };
  const seq = event.change_seq + changed.length;
  const columns = [
    changed.map((change) => change.seatId),
    changed.map((change) => change.person.id),
    changed.map((change) => change.seq),
  ];
  await client.query({ ...WRITE, values: [eventId, ...columns, until, now, seq] });
  const changes = changed.map(({ seatId, person }) => [
    seatId,
    LOCKED,
    until.getTime(),
    person.name,
  ]);
  const frame = { type: 'delta', from: event.change_seq, seq, now: now.getTime(), changes };
  return { results, frame };
}
