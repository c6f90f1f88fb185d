-- Seatcast's transaction for a batch of locks, for pgbench: each client takes the next seats of its
-- own slice, :size of them, for people who take four each.
\set first :first_seat + :client_id * :slice + :taken
\set last :first + :size - 1
\set taken :taken + :size
BEGIN;
SELECT event.*, clock_timestamp() FROM
  (SELECT * FROM reservations_event WHERE id = :event FOR NO KEY UPDATE) AS event;
SELECT seat.* FROM reservations_seat AS seat WHERE event_id = :event AND id IN (
    SELECT generate_series(:first::bigint, :last::bigint)
    UNION
    SELECT held.id FROM reservations_seat AS held
      WHERE held.event_id = :event AND held.status = 1 AND held.locked_by_id = ANY (ARRAY(
        SELECT DISTINCT :first_person + (place - :first_seat) / 4
        FROM generate_series(:first::bigint, :last::bigint) AS place))
  ) ORDER BY id FOR NO KEY UPDATE;
WITH seats AS (
  UPDATE reservations_seat AS seat SET status = 1, extensions = 0,
    locked_by_id = :first_person + (seat.id - :first_seat) / 4,
    locked_until = clock_timestamp() + interval '4 hours', locked_at = clock_timestamp(),
    lapsed_holder_id = NULL, reservation_id = NULL,
    version = event.change_seq + 1 + seat.id - :first
  FROM reservations_event AS event
  WHERE event.id = :event AND seat.id BETWEEN :first AND :last
), log AS (
  INSERT INTO reservations_seatchange
      (event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at)
    SELECT event.id, change_seq + 1 + place - :first, place, 1,
      :first_person + (place - :first_seat) / 4, clock_timestamp() + interval '4 hours', 'locked',
      :first_person + (place - :first_seat) / 4, clock_timestamp()
    FROM reservations_event AS event, generate_series(:first::bigint, :last::bigint) AS place
    WHERE event.id = :event
)
UPDATE reservations_event SET change_seq = change_seq + :size WHERE id = :event;
COMMIT;
